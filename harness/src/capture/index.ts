/** Requests captured on a real Envoy: read, freed from secrets, written as tests. Nothing is read or written here. */
export { CaptureError, type Exchange } from "./exchange.ts";
export { type CaptureFile, readCaptures } from "./read.ts";
export { type FilterOfTest, testFile, type TestFileOptions } from "./test-file.ts";
