// Puts the SDK's heap into a module that is no filter.

import { Transform } from "assemblyscript/transform";
import { HEAP, replaceHeap } from "../../sdk-shim/transform/heap.js";

export default class WithHeap extends Transform {
  async afterParse(parser) {
    replaceHeap(parser, await this.readFile(HEAP, this.baseDir));
  }
}
