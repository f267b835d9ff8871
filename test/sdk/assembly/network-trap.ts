// A network filter that traps at the client's bytes "trap".

import { Action, Bytes, NetworkFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

const TRAP = Bytes.of("trap");

class TrapConnection extends NetworkFilter {
  onDownstreamData(size: i32, endOfStream: bool): Action {
    if (this.downstreamData.read() == TRAP) unreachable();
    return Action.Continue;
  }
}

class TrapPlugin extends Plugin {
  createNetworkFilter(): NetworkFilter | null {
    return new TrapConnection();
  }
}

registerPlugin(() => new TrapPlugin());
