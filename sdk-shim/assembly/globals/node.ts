// What AssemblyScript's `process` asks of Node, in the place of the library's own `bindings/node`. No proxy has it; the
// transform says so where a filter uses it. The library's own would fail in the library's words.

// @ts-ignore: decorator
@external("env", "process.argv")
declare function argvOfHost(): usize;

export namespace process {
  // @ts-ignore: decorator
  @lazy
  export const argv: string[] = changetype<string[]>(argvOfHost());

  // @ts-ignore: decorator
  @external("env", "process.exit")
  export declare function exit(code: i32): void;
}
