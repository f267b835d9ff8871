// Does what a request's `x-script` and the plugin's configuration tell it to, and logs what came of it. Both are
// JSON: for each hook a list of steps, each a list of its name and arguments; `script/*.ts` says which there are.

import {
  Action,
  Bytes,
  HttpFilter,
  Plugin,
  StatsUpdate,
  getProperty,
  propertyPath,
  registerPlugin,
} from "proxy-wasm-as-sdk";
import { Script, Stage, report } from "./script/stage";
import { play } from "./script/steps";

const SCRIPT = propertyPath(["request", "headers", "x-script"]);

class ScriptFilter extends HttpFilter {
  private script: Script = new Script(Bytes.EMPTY);

  onRequestHeaders(endOfStream: bool): Action {
    const text = getProperty(SCRIPT);
    if (text) this.script = new Script(text);
    return this.run("requestHeaders", 0, endOfStream);
  }

  onRequestBody(size: i32, endOfStream: bool): Action {
    return this.run("requestBody", size, endOfStream);
  }

  onRequestTrailers(): Action {
    return this.run("requestTrailers", 0, true);
  }

  onResponseHeaders(endOfStream: bool): Action {
    return this.run("responseHeaders", 0, endOfStream);
  }

  onResponseBody(size: i32, endOfStream: bool): Action {
    return this.run("responseBody", size, endOfStream);
  }

  onResponseTrailers(): Action {
    return this.run("responseTrailers", 0, true);
  }

  onRequestMetadata(count: i32): void {
    this.run("requestMetadata", count, false);
  }

  onResponseMetadata(count: i32): void {
    this.run("responseMetadata", count, false);
  }

  onLog(): void {
    this.run("log", 0, true);
  }

  onDone(): void {
    this.run("done", 0, true);
    if (this.script.isPresent) report("over");
  }

  private run(hook: string, size: i32, endOfStream: bool): Action {
    const stage = new Stage(this, size, endOfStream);
    stage.filter = this;
    play(this.script.steps(hook), stage);
    return stage.action;
  }
}

class ScriptPlugin extends Plugin {
  private script: Script = new Script(Bytes.EMPTY);
  private statistics: i32 = 0;

  configure(config: Bytes): bool {
    this.script = new Script(config);
    return this.run("configure");
  }

  createFilter(): HttpFilter {
    return new ScriptFilter();
  }

  onVmStart(configuration: Bytes): bool {
    // Before `configure`, so the script stands in the VM's configuration.
    this.script = new Script(configuration);
    return this.run("vmStart");
  }

  onTick(): void {
    this.run("tick");
  }

  onStatsUpdate(stats: StatsUpdate): void {
    while (stats.next()) this.statistics++;
    this.run("statsUpdate");
  }

  onForeignFunction(functionId: u32, argument: Bytes): void {
    report("function " + functionId.toString() + " " + argument.toString());
  }

  onQueueReady(queueId: u32): void {
    const stage = new Stage(this, <i32>queueId, true);
    stage.plugin = this;
    play(this.script.steps("queueReady"), stage);
  }

  onDone(): bool {
    return this.run("done");
  }

  private run(hook: string): bool {
    const stage = new Stage(this, 0, true);
    stage.plugin = this;
    play(this.script.steps(hook), stage);
    return stage.accepted;
  }
}

registerPlugin(() => new ScriptPlugin());
