import {
  Body,
  Bytes,
  GrpcCall,
  GrpcMetadata,
  GrpcResponse,
  GrpcService,
  GrpcStatus,
  GrpcStream,
  Headers,
  JsonValue,
} from "proxy-wasm-as-sdk";
import { Stage, Step, named, report, shown } from "./stage";

type Play = (steps: JsonValue | null, stage: Stage) => void;

/** The answer, message or metadata that is being handled. */
let answer: GrpcResponse | null = null;
let message: Body | null = null;
let metadata: Headers | null = null;
/** The calls and streams that steps have made, by the name they gave them. */
const calls = new Map<string, ScriptCall>();
const streams = new Map<string, ScriptStream>();

class ScriptCall extends GrpcCall {
  constructor(
    private readonly stage: Stage,
    private readonly steps: JsonValue | null,
    private readonly play: Play,
  ) {
    super(stage.context);
  }

  onResponse(response: GrpcResponse): void {
    answer = response;
    message = response.body;
    this.play(this.steps, this.stage);
    answer = null;
    message = null;
  }
}

class ScriptStream extends GrpcStream {
  constructor(
    private readonly stage: Stage,
    private readonly hooks: JsonValue | null,
    private readonly play: Play,
  ) {
    super(stage.context);
  }

  onInitialMetadata(received: Headers): void {
    metadata = received;
    this.run("initial");
    metadata = null;
  }

  onMessage(received: Body, size: i32): void {
    message = received;
    this.run("message");
    message = null;
  }

  onTrailingMetadata(received: Headers): void {
    metadata = received;
    this.run("trailing");
    metadata = null;
  }

  onClose(status: GrpcStatus, text: Bytes): void {
    report("closed " + status.toString() + shown(text));
    this.run("close");
  }

  private run(hook: string): void {
    const hooks = this.hooks;
    if (hooks) this.play(hooks.get(Bytes.of(hook)), this.stage);
  }
}

/** The metadata that is being handled. */
export function grpcMetadata(): Headers | null {
  return metadata;
}

/**
 * `grpc name cluster method metadata message timeout steps {authority, limit}`: a unary call, plays the steps at the
 * answer. `grpcOpen name cluster method metadata hooks {authority, limit}`: a stream, plays the steps of its hooks `initial`,
 * `message`, `trailing`, `close`; `grpcReopen` opens the one of that name again, hooks as they were. `grpcSend name text [last]`, `grpcClose name`, `grpcCancel name` on one of them;
 * `grpcAnswer` reports status and text, `grpcMessage` the message, `grpcSize` its size, `grpcZeros name size` sends so many
 * zero bytes.
 */
export function grpcStep(step: Step, stage: Stage, play: Play): string | null {
  const name = step.text(1).toString();
  if (step.name == "grpc") return call(name, step, stage, play);
  if (step.name == "grpcOpen" || step.name == "grpcReopen") return open(name, step, stage, play);
  if (step.name == "grpcCancel") {
    if (calls.has(name)) return named(calls.get(name).cancel());
    return streams.has(name) ? named(streams.get(name).cancel()) : "no such stream";
  }
  if (step.name == "grpcSend" || step.name == "grpcClose" || step.name == "grpcZeros") {
    if (!streams.has(name)) return "no such stream";
    const stream = streams.get(name);
    if (step.name == "grpcClose") return named(stream.close());
    if (step.name == "grpcZeros")
      return named(stream.send(Bytes.fromBuffer(new ArrayBuffer(<i32>step.number(2)))));
    return named(stream.send(step.text(2), step.number(3) != 0));
  }
  const response = answer;
  if (step.name == "grpcAnswer" && response) return response.status.toString() + shown(response.message);
  const body = message;
  if (step.name == "grpcMessage" && body) return shown(body.read());
  if (step.name == "grpcSize" && body) return body.read().length.toString();
  const filter = stage.filter;
  if (step.name == "setFromGrpc" && body && filter)
    return named(filter.requestHeaders.set(step.text(1), body.read()));
  return null;
}

function call(name: string, step: Step, stage: Stage, play: Play): string {
  const call = new ScriptCall(stage, step.at(7), play);
  calls.set(name, call);
  const zeros = <i32>step.number(5);
  return named(
    call.dispatch(
      service(step.text(2), step.at(8)),
      "test.Service",
      step.text(3),
      metadataOf(step.at(4)),
      zeros > 0 ? Bytes.fromBuffer(new ArrayBuffer(zeros)) : step.text(5),
      <u32>step.number(6),
    ),
  );
}

function open(name: string, step: Step, stage: Stage, play: Play): string {
  const isAgain = step.name == "grpcReopen" && streams.has(name);
  const stream = isAgain ? streams.get(name) : new ScriptStream(stage, step.at(5), play);
  streams.set(name, stream);
  const where = service(step.text(2), step.at(6));
  return named(stream.open(where, "test.Service", step.text(3), metadataOf(step.at(4))));
}

function service(cluster: Bytes, options: JsonValue | null): GrpcService {
  const made = new GrpcService(cluster.toString());
  if (!options) return made;
  const authority = options.get(Bytes.of("authority"));
  if (authority) made.authority(authority.text);
  const limit = options.get(Bytes.of("limit"));
  if (limit) made.maxMessageSize(<u32>limit.integer);
  return made;
}

function metadataOf(entries: JsonValue | null): GrpcMetadata | null {
  if (!entries || entries.length == 0) return null;
  const list = new GrpcMetadata();
  for (let i = 0; i < entries.length; i++) {
    const entry = entries.at(i);
    if (!entry) continue;
    const step = new Step(entry);
    list.add(step.text(0), step.text(1));
  }
  return list;
}
