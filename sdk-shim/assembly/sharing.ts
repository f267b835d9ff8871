// What the compiler transform has found out about the filter's classes. Decided at compile time: code for the other
// cases is not even compiled. Without the transform the general case holds.

/** How many streams one instance of the filter class can serve without anybody seeing a difference. */
export const enum Sharing {
  /** One: the filter keeps something of its own for each stream. */
  Stream,
  /** Those of one plugin: it keeps nothing but what its plugin gives to every filter alike. */
  Plugin,
  /** All: neither filter nor plugin keep anything. */
  Module,
}

export const SHARING: Sharing = Sharing.Stream;

/** Whether `createFilter` may return what it has made before: what it makes is not seen to be new. */
export const MAY_REUSE_FILTERS: bool = true;

/** Whether the module asks other services, and so must forget what was asked for a plugin that is gone. */
export const MAKES_CALLS: bool = true;

/** Whether several plugins are registered, which `root_id` tells apart. */
export const HAS_SEVERAL_PLUGINS: bool = true;
