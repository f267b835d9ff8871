// Asks another cluster about every request, and keeps the answer for the response.

import {
  Action,
  Bytes,
  BytesBuilder,
  CallResponse,
  HeaderList,
  HttpCall,
  HttpFilter,
  Status,
  registerPlugin,
} from "proxy-wasm-as-sdk";
import { WatchedPlugin } from "./watch";

const TAIL: i32 = 16;

class Question extends HttpCall {
  constructor(private readonly filter: CalloutFilter) {
    super(filter);
  }

  onResponse(response: CallResponse): void {
    this.filter.answered(response);
  }
}

class CalloutFilter extends HttpFilter {
  private status: i32 = 0;
  private answer: Bytes = Bytes.EMPTY;
  private number: Bytes = Bytes.EMPTY;

  constructor(private readonly plugin: CalloutPlugin) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    this.plugin.note();
    const headers = this.requestHeaders;
    const cluster = headers.get("x-soak-cluster");
    const path = headers.get("x-soak-question");
    const number = headers.get("x-soak-number");
    if (!cluster || !path || !number) return this.reply(400).send();
    this.number = number;
    const question = new HeaderList().add(":method", "POST").add(":path", path).add(":authority", "oracle");
    question.add("x-soak-number", number);
    const isLate = cluster == Bytes.of("late");
    const sent = new Question(this).dispatch(cluster, question, path, isLate ? 5 : 60_000);
    return sent == Status.Ok ? Action.Pause : this.reply(500).body("not sent").send();
  }

  answered(response: CallResponse): void {
    this.plugin.note();
    this.status = response.failed ? 0 : response.status;
    this.answer = response.body.read();
    if (this.status == 403) {
      this.reply(403).body(this.answer).send();
      return;
    }
    this.requestHeaders.set("x-soak-status", this.status.toString());
    this.resumeRequest();
  }

  onResponseHeaders(_endOfStream: bool): Action {
    const answer = this.answer;
    const seen = new BytesBuilder().appendDecimal(this.status).append(" ").appendDecimal(answer.length);
    if (this.status == 200 && answer.length > 0) seen.append(" ").append(answer.slice(answer.length - TAIL));
    this.responseHeaders.set("x-soak-answer", seen.take());
    this.responseHeaders.set("x-soak-asked-for", this.number);
    return Action.Continue;
  }

  onDone(): void {
    this.plugin.note();
  }
}

class CalloutPlugin extends WatchedPlugin {
  createFilter(): HttpFilter {
    return new CalloutFilter(this);
  }
}

registerPlugin(() => new CalloutPlugin());
