// A network filter that reports each hook with its arguments and plays the script that stands in the shared data
// under "script" when the connection comes. `script/connection.ts` and its neighbours say which steps there are.

import {
  Action,
  Bytes,
  NetworkFilter,
  PeerType,
  Plugin,
  getSharedData,
  registerPlugin,
} from "proxy-wasm-as-sdk";
import { Script, Stage, report } from "./script/stage";
import { play } from "./script/steps";

class ScriptConnection extends NetworkFilter {
  private readonly script: Script;

  constructor() {
    super();
    const found = getSharedData("script");
    this.script = new Script(found ? found.value : Bytes.EMPTY);
  }

  onNewConnection(): Action {
    return this.run("newConnection", "new", 0, false);
  }

  onDownstreamData(size: i32, endOfStream: bool): Action {
    return this.run("downstreamData", "down " + sized(size, endOfStream), size, endOfStream);
  }

  onUpstreamData(size: i32, endOfStream: bool): Action {
    return this.run("upstreamData", "up " + sized(size, endOfStream), size, endOfStream);
  }

  onDownstreamClose(peer: PeerType): void {
    this.run("downstreamClose", "down closed " + peer.toString(), 0, true);
  }

  onUpstreamClose(peer: PeerType): void {
    this.run("upstreamClose", "up closed " + peer.toString(), 0, true);
  }

  onDone(): void {
    this.run("done", "done", 0, true);
  }

  onLog(): void {
    this.run("log", "log", 0, true);
    report("gone");
  }

  private run(hook: string, trace: string, size: i32, endOfStream: bool): Action {
    report(trace);
    const stage = new Stage(this, size, endOfStream);
    stage.connection = this;
    play(this.script.steps(hook), stage);
    return stage.action;
  }
}

function sized(size: i32, endOfStream: bool): string {
  return size.toString() + (endOfStream ? " end" : "");
}

class ScriptPlugin extends Plugin {
  createNetworkFilter(): NetworkFilter | null {
    return new ScriptConnection();
  }
}

registerPlugin(() => new ScriptPlugin());
