// A plugin that overrides nothing: every stream passes.

import { Plugin, registerPlugin } from "proxy-wasm-as-sdk";

class NothingPlugin extends Plugin {}

registerPlugin(() => new NothingPlugin());
