// Puts the request's body in <> and the response's in [], whole or chunk by chunk.

import { Action, Bytes, BytesBuilder, HttpFilter, registerPlugin } from "proxy-wasm-as-sdk";
import { WatchedPlugin } from "./watch";

class BodyFilter extends HttpFilter {
  private inChunks: bool = false;
  private readonly chunks: Array<Bytes> = [];

  constructor(private readonly plugin: BodyPlugin) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    this.plugin.note();
    this.inChunks = this.requestHeaders.get("x-soak-chunks") !== null;
    this.requestHeaders.remove("content-length");
    return Action.Continue;
  }

  onRequestBody(_size: i32, endOfStream: bool): Action {
    this.plugin.note();
    if (!this.inChunks) return endOfStream ? this.wrapRequest() : Action.Pause;
    const body = this.requestBody;
    const isFirst = this.chunks.length == 0;
    this.chunks.push(body.read());
    if (isFirst) body.prepend("<");
    if (endOfStream) body.append(">");
    return Action.Continue;
  }

  onRequestTrailers(): Action {
    return this.inChunks ? Action.Continue : this.wrapRequest();
  }

  onResponseHeaders(endOfStream: bool): Action {
    if (!endOfStream) this.responseHeaders.remove("content-length");
    return Action.Continue;
  }

  onResponseBody(_size: i32, endOfStream: bool): Action {
    return endOfStream ? this.wrapResponse() : Action.Pause;
  }

  onResponseTrailers(): Action {
    return this.wrapResponse();
  }

  onDone(): void {
    this.plugin.note();
  }

  private wrapRequest(): Action {
    const content = this.requestBody.read();
    this.chunks.push(content);
    this.requestBody.replace(new BytesBuilder().append("<").append(content).append(">").take());
    return Action.Continue;
  }

  private wrapResponse(): Action {
    const content = this.responseBody.read();
    this.responseBody.replace(
      new BytesBuilder(content.length + 2).append("[").append(content).append("]").take(),
    );
    return Action.Continue;
  }
}

class BodyPlugin extends WatchedPlugin {
  createFilter(): HttpFilter {
    return new BodyFilter(this);
  }
}

registerPlugin(() => new BodyPlugin());
