import { parseDuration } from "../../model/duration.ts";
import { configText, type FilterSpec } from "../../model/index.ts";
import { Body } from "../headers/body.ts";
import type { LoadedModule } from "./module.ts";
import { encodeStruct } from "./struct.ts";

const utf8 = new TextEncoder();

/** A filter with one certain configuration. */
export class Plugin {
  readonly spec: FilterSpec;
  readonly name: string;
  readonly rootId: string;
  readonly vmId: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly module: LoadedModule;
  readonly configuration: Uint8Array;
  readonly vmConfiguration: Uint8Array;
  /** The only functions that the module may call and be called by; undefined: all. */
  readonly capabilities: ReadonlySet<string> | undefined;
  /** Whether body hooks run while the headers' hook has paused. */
  readonly allowsStopIteration: boolean;
  /** Milliseconds that the failure policy "reload" waits at least between two VMs. */
  readonly reloadBackoff: bigint;
  /** Plugins with equal keys share a VM on each thread (Envoy 1.40: the whole VM configuration). */
  readonly vmKey: string;
  /** Plugins with equal keys share a root context in their VM (Envoy 1.40: everything but the VM). */
  readonly key: string;

  constructor(spec: FilterSpec, module: LoadedModule, config: unknown) {
    this.spec = spec;
    this.module = module;
    this.name = spec.name;
    this.rootId = spec.rootId ?? "";
    this.vmId = spec.vmId ?? "";
    this.environment = spec.environment ?? {};
    const text = configText(config);
    this.configuration =
      spec.configType === "struct" ? encodeStruct(JSON.parse(text || "{}")) : utf8.encode(text);
    const vmText = configText(spec.vmConfig);
    this.vmConfiguration = utf8.encode(vmText);
    this.capabilities = spec.capabilities && new Set(spec.capabilities);
    this.allowsStopIteration = spec.allowOnHeadersStopIteration === true;
    const environment = Object.entries(this.environment).sort(([a], [b]) => (a < b ? -1 : 1));
    this.vmKey = JSON.stringify([
      this.vmId,
      module.digest,
      environment,
      vmText,
      spec.capabilities?.toSorted() ?? null,
    ]);
    const { failurePolicy = "closed", reloadBackoff = "1s" } = spec;
    this.reloadBackoff = parseDuration(reloadBackoff) / 1_000_000n;
    this.key = JSON.stringify([
      this.name,
      this.rootId,
      text,
      this.allowsStopIteration,
      failurePolicy,
      reloadBackoff,
    ]);
  }

  /** What buffer type 7 shows in on_configure. */
  configurationBody(): Body {
    return new Body(this.configuration);
  }
}
