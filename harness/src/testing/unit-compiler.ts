/** The compiler in this process, in a file of its own so that it is loaded on use only. */
export { default as asc } from "assemblyscript/asc";
