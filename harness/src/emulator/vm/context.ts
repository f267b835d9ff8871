import { Expressions } from "../foreign/expressions.ts";
import type { Body } from "../headers/body.ts";
import type { HeaderMap } from "../headers/header-map.ts";
import type { StreamEnding } from "../stream/misuse.ts";
import type { HttpStream } from "../stream/stream.ts";
import { TcpStream } from "../network/stream.ts";
import type { Plugin } from "./plugin.ts";
import type { Vm } from "./vm.ts";

/** Answer of an HTTP callout while the guest looks at it. */
export interface CallResponse {
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
  readonly trailers: HeaderMap | undefined;
}

/** What `declare_property` says of a property. */
export interface PropertyPrototype {
  readonly readOnly: boolean;
}

/** What a host function sees of the side on which it is called: the VM itself, a plugin's root, or a stream. */
export class Context {
  readonly vm: Vm;
  readonly id: number;
  /** The root context of a stream context, else the context itself. */
  readonly root: Context;
  /** Missing in the VM's own context 0. */
  readonly plugin: Plugin | undefined;
  /** The stream of a stream context until it is deleted. */
  readonly stream: HttpStream | undefined;
  /** The connection of a network filter's context until it is deleted. */
  readonly connection: TcpStream | undefined;
  /** The bytes of a connection's client and upstream that are at the filter. */
  readonly connectionData: [Body | undefined, Body | undefined] = [undefined, undefined];
  /** Maps by MapType 0..3 as long as their phase lasts. */
  readonly maps: (HeaderMap | undefined)[] = [undefined, undefined, undefined, undefined];
  /** Maps by MapType 0..3, read-only, while on_log runs. */
  logMaps: readonly (HeaderMap | undefined)[] | undefined;
  /** Request and response body as long as their phase lasts. */
  readonly bodies: [Body | undefined, Body | undefined] = [undefined, undefined];
  /** Bodies of which Envoy keeps a pointer after it has freed them: reading one crashes it. */
  readonly freedBodies: [boolean, boolean] = [false, false];
  endOfStream = false;
  /** The hook of the stream's request or response that runs now. */
  hook: string | undefined;
  /** Replies and resets of the callback that runs, until they are carried out. */
  readonly endings: StreamEnding[] = [];
  /** Whether a reply of this filter was sent. */
  hasReplied = false;
  /** Whether the hook that runs told the host to go on although nothing was paused. */
  wentOn = false;
  /** Bytes that buffer type 8 shows: the last buffer that was asked for. */
  callData: Body | undefined;

  callResponse: CallResponse | undefined;
  /** Initial and trailing metadata of a gRPC stream while the guest looks at them. */
  readonly grpcMaps: [HeaderMap | undefined, HeaderMap | undefined] = [undefined, undefined];
  /** A gRPC message while the guest looks at it. */
  grpcMessage: Body | undefined;
  status: readonly [code: number, message: string] = [0, ""];
  /** Text of buffer type 7 while on_configure runs. */
  configuration: Body | undefined;
  /** What was declared in this context; only what the root declared binds what is set. */
  prototypes: Map<string, PropertyPrototype> | undefined;
  #expressions: Expressions | undefined;
  tickPeriod = 0;

  constructor(vm: Vm, id: number, plugin?: Plugin, root?: Context, stream?: HttpStream | TcpStream) {
    this.vm = vm;
    this.id = id;
    this.plugin = plugin;
    this.root = root ?? this;
    this.stream = stream instanceof TcpStream ? undefined : stream;
    this.connection = stream instanceof TcpStream ? stream : undefined;
  }

  /** The stream or connection as far as they are alike: who talks, and what filters tell each other. */
  get peers(): HttpStream | TcpStream | undefined {
    return this.stream ?? this.connection;
  }

  /** The expressions of a plugin; a stream uses its root's. */
  get expressions(): Expressions {
    return (this.#expressions ??= new Expressions());
  }

  /** Ends the phases: after this nothing of the stream can be reached but in on_log. */
  forgetPhases(): void {
    this.maps.fill(undefined);
    this.bodies.fill(undefined);
  }
}
