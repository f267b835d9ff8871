/**
 * Who closed a connection (proxy-wasm 0.2.1, `proxy_peer_type_t`).
 *
 * @example
 * ```ts
 * class CountingFilter extends NetworkFilter {
 *   onDownstreamClose(peer: PeerType): void {
 *     if (peer == PeerType.Remote) new Counter("closed_by_client").increment();
 *   }
 * }
 * ```
 */
export enum PeerType {
  /** The host does not say: so for every end of the upstream's bytes. */
  Unknown = 0,
  /** The proxy. */
  Local = 1,
  /** The client. */
  Remote = 2,
}
