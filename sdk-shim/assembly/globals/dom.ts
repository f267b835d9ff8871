// What AssemblyScript's standard library asks of its surroundings, as the host of a filter answers it. The transform
// puts this file in the place of the library's own `bindings/dom`, whose imports no proxy has.

export { Date, performance } from "./clock";
export { console } from "./console";
export { crypto } from "./random";
