// gRPC for streams: opened as early as in a filter's constructor, and with a plugin that ends in an answer.

import {
  Action,
  Body,
  Bytes,
  GrpcCall,
  GrpcResponse,
  GrpcService,
  GrpcStatus,
  GrpcStream,
  HttpFilter,
  Plugin,
  Status,
  registerPlugin,
} from "proxy-wasm-as-sdk";

const SERVICE = new GrpcService("authority");

class Watch extends GrpcStream {
  onMessage(message: Body, size: i32): void {}

  onClose(status: GrpcStatus, message: Bytes): void {}
}

class Check extends GrpcCall {
  constructor(private readonly filter: OwnerFilter) {
    super(filter);
  }

  onResponse(response: GrpcResponse): void {
    const filter = this.filter;
    filter.plugin.finish(); // works for the plugin for a moment
    filter.requestHeaders.set("x-t-answer", response.body.read());
    filter.resumeRequest();
  }
}

class OwnerFilter extends HttpFilter {
  private early: Status = Status.Ok;

  constructor(readonly plugin: Plugin) {
    super();
    this.early = new Watch(this).open(SERVICE, "test.Service", "Early", null);
  }

  onRequestHeaders(endOfStream: bool): Action {
    this.requestHeaders.set("x-t-early", (<i32>this.early).toString());
    if (this.requestHeaders.get("x-t-watch")) new Watch(this).open(SERVICE, "test.Service", "Watch", null);
    if (!this.requestHeaders.get("x-t-check")) return Action.Continue;
    const status = new Check(this).dispatch(SERVICE, "test.Service", "Check", null, "question", 5000);
    return status == Status.Ok ? Action.Pause : Action.Continue;
  }
}

class OwnerPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new OwnerFilter(this);
  }
}

registerPlugin(() => new OwnerPlugin());
