export { ProtobufReader } from "./reader";
export { ProtobufWriter } from "./writer";
