import { authTargets } from "./auth.ts";
import { codeTargets } from "./codes.ts";
import { configTargets } from "./config.ts";
import { envoyTargets } from "./envoy.ts";
import { filterTargets } from "./filters.ts";
import { grpcTargets } from "./grpc.ts";
import { hostTargets } from "./host.ts";
import { jsonTargets } from "./json.ts";
import { networkTargets } from "./network.ts";
import { packedTargets } from "./packed.ts";
import { protobufTargets } from "./protobuf.ts";
import type { Target } from "./target.ts";
import { textTargets } from "./text.ts";

/** Every parser that reads data of the host. */
export const TARGETS: readonly Target[] = [
  ...textTargets,
  ...codeTargets,
  ...jsonTargets,
  ...protobufTargets,
  ...packedTargets,
  ...hostTargets,
  ...envoyTargets,
  ...grpcTargets,
  ...networkTargets,
  ...configTargets,
  ...authTargets,
  ...filterTargets,
];
