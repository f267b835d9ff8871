// Puts the SDK's memory manager into a module that is no filter.

import { Transform } from "assemblyscript/transform";
import { MEMORY_MANAGER, replaceMemoryManager } from "../../sdk-shim/transform/memory.js";

export default class WithMemoryManager extends Transform {
  async afterParse(parser) {
    replaceMemoryManager(parser, await this.readFile(MEMORY_MANAGER, this.baseDir));
  }
}
