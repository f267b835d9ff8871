import {
  Action,
  Bytes,
  BytesBuilder,
  ConfigReader,
  Counter,
  currentTimeNanoseconds,
  Headers,
  HttpFilter,
  Pairs,
  Plugin,
  registerPlugin,
  setProperty,
  Status,
} from "proxy-wasm-as-sdk";
import { holdsField } from "./checks";
import { AuthConfig, readAuthConfig } from "./config";
import { Credential, CredentialKind, findCredential } from "./credential";
import { challengesFor, decide } from "./policy";
import { Provider } from "./provider";
import * as refusals from "./refusal";

const PATH = Bytes.of(":path");
const WWW_AUTHENTICATE = Bytes.of("www-authenticate");
const CACHE_CONTROL = Bytes.of("cache-control");
const NO_STORE = Bytes.of("no-store");

/** Filter state for the filters behind this one: `<provider>/<subject>` and its parts. */
const IDENTITY_STATE = Bytes.of("auth.identity");
const SUBJECT_STATE = Bytes.of("auth.subject");
const PROVIDER_STATE = Bytes.of("auth.provider");

class AuthPlugin extends Plugin {
  /** Null until a configuration has been accepted. */
  config: AuthConfig | null = null;
  private allowed: Counter | null = null;
  private anonymous: Counter | null = null;
  /** One for every refusal, at its index. */
  private readonly denied: Array<Counter> = [];

  configure(config: Bytes): bool {
    const reader = ConfigReader.parse(config);
    const read = readAuthConfig(reader);
    if (!this.accept(reader)) return false;
    this.defineMetrics();
    this.config = read;
    return true;
  }

  createFilter(): HttpFilter {
    return new AuthFilter(this);
  }

  countAllowed(isAnonymous: bool): void {
    const counter = isAnonymous ? this.anonymous : this.allowed;
    if (counter) counter.increment();
  }

  countDenied(refusal: refusals.Refusal): void {
    if (refusal.index < this.denied.length) this.denied[refusal.index].increment();
  }

  private defineMetrics(): void {
    this.allowed = new Counter("sidecraft_auth_allowed");
    this.anonymous = new Counter("sidecraft_auth_anonymous");
    for (let i = this.denied.length; i < refusals.REFUSALS.length; i++) {
      this.denied.push(new Counter("sidecraft_auth_denied_" + refusals.REFUSALS[i].name));
    }
  }
}

/** Removes from `map`, which holds `pairs`, all that servers may take for one of `names`. False when it cannot. */
function removeFields(map: Headers, pairs: Pairs, names: Array<Bytes>): bool {
  if (names.length == 0) return true;
  let done = true;
  for (let i = 0; i < pairs.length; i++) {
    const name = pairs.name(i);
    // One call removes all lines of a name.
    if (!holdsField(names, name) || pairs.indexOf(name) < i) continue;
    done = map.remove(name) == Status.Ok && done;
  }
  return done;
}

class AuthFilter extends HttpFilter {
  constructor(private readonly plugin: AuthPlugin) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const config = this.plugin.config;
    const headers = this.requestHeaders.pairs();
    // No request is without headers: the host could not hand them over.
    if (!config || headers.length == 0) return this.refuse(refusals.HOST_FAILURE, []);
    // Before all else, so that on no way to upstream a client says who it is.
    if (!removeFields(this.requestHeaders, headers, config.identityHeaders)) {
      return this.refuse(refusals.HOST_FAILURE, []);
    }

    const rule = config.ruleFor(headers.value(headers.indexOf(PATH)));
    if (!rule) return this.refuse(refusals.AMBIGUOUS_PATH, []);
    const credential = findCredential(headers, config.credentialHeaders);
    const now = credential.kind == CredentialKind.Bearer ? currentTimeNanoseconds() / 1000000000 : 0;
    const verdict = decide(config, rule, credential, now);
    const refusal = verdict.refusal;
    if (refusal) return this.refuse(refusal, challengesFor(refusal, config, rule, credential.kind));
    const verifier = verdict.provider;
    if (verifier && !this.forward(config, verifier, verdict.subject, credential)) {
      return this.refuse(refusals.HOST_FAILURE, []);
    }
    this.plugin.countAllowed(!verifier);
    return Action.Continue;
  }

  onRequestTrailers(): Action {
    const config = this.plugin.config;
    if (!config) return this.refuse(refusals.HOST_FAILURE, []);
    if (config.identityHeaders.length == 0) return Action.Continue;
    // Servers may merge trailers into the headers (RFC 9110 section 6.5.1).
    const trailers = this.requestTrailers;
    return removeFields(trailers, trailers.pairs(), config.identityHeaders)
      ? Action.Continue
      : this.refuse(refusals.HOST_FAILURE, []);
  }

  /** Tells who sent the request, to upstream in headers and to later filters in filter state. False when it cannot. */
  private forward(config: AuthConfig, provider: Provider, subject: Bytes, credential: Credential): bool {
    const identity = new BytesBuilder(provider.name.length + 1 + subject.length);
    identity.append(provider.name).appendByte(0x2f).append(subject);
    let done = setProperty(IDENTITY_STATE, identity.take()) == Status.Ok;
    done = setProperty(SUBJECT_STATE, subject) == Status.Ok && done;
    done = setProperty(PROVIDER_STATE, provider.name) == Status.Ok && done;
    const subjectHeader = config.subjectHeader;
    if (subjectHeader) done = this.requestHeaders.set(subjectHeader, subject) == Status.Ok && done;
    const providerHeader = config.providerHeader;
    if (providerHeader) done = this.requestHeaders.set(providerHeader, provider.name) == Status.Ok && done;
    return config.stripsCredentials ? this.remove(credential.header) && done : done;
  }

  private remove(header: Bytes): bool {
    return this.requestHeaders.remove(header) == Status.Ok;
  }

  private refuse(refusal: refusals.Refusal, challenges: Array<Bytes>): Action {
    this.plugin.countDenied(refusal);
    const reply = this.reply(refusal.status).header(CACHE_CONTROL, NO_STORE);
    for (let i = 0; i < challenges.length; i++) reply.header(WWW_AUTHENTICATE, challenges[i]);
    return reply.body(refusal.body).details(refusal.details).send();
  }
}

registerPlugin(() => new AuthPlugin());
