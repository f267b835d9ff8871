import { Bytes } from "./bytes";

/**
 * Paths of the attributes that Envoy 1.40 documents, for `getProperty` and its typed relatives; which one fits, the
 * type of each attribute says. One that a filter does not name costs its module nothing.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/advanced/attributes
 *
 * @example
 * ```ts
 * class WhereFrom extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const address = getProperty(Attribute.SOURCE_ADDRESS);
 *     const port = getIntegerProperty(Attribute.DESTINATION_PORT, 0);
 *     log(LogLevel.Info, (address ? address.toString() : "nobody") + " to port " + port.toString());
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
@final
export class Attribute {
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_PATH: Bytes = Bytes.of("request\0path");
  /** String, the path without the query. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_URL_PATH: Bytes = Bytes.of("request\0url_path");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_HOST: Bytes = Bytes.of("request\0host");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_SCHEME: Bytes = Bytes.of("request\0scheme");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_METHOD: Bytes = Bytes.of("request\0method");
  /** Map; one header: a path of its own, `request\0headers\0<name>`. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_HEADERS: Bytes = Bytes.of("request\0headers");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_REFERER: Bytes = Bytes.of("request\0referer");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_USERAGENT: Bytes = Bytes.of("request\0useragent");
  /** Time. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_TIME: Bytes = Bytes.of("request\0time");
  /** String, `x-request-id`. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_ID: Bytes = Bytes.of("request\0id");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_PROTOCOL: Bytes = Bytes.of("request\0protocol");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_QUERY: Bytes = Bytes.of("request\0query");
  /** Duration, once the request is over. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_DURATION: Bytes = Bytes.of("request\0duration");
  /** Integer. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_SIZE: Bytes = Bytes.of("request\0size");
  /** Integer, with the headers. */
  // @ts-ignore: decorator
  @lazy static readonly REQUEST_TOTAL_SIZE: Bytes = Bytes.of("request\0total_size");
  /** Integer. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_CODE: Bytes = Bytes.of("response\0code");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_CODE_DETAILS: Bytes = Bytes.of("response\0code_details");
  /** Integer, a set of bits. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_FLAGS: Bytes = Bytes.of("response\0flags");
  /** Integer. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_GRPC_STATUS: Bytes = Bytes.of("response\0grpc_status");
  /** Map. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_HEADERS: Bytes = Bytes.of("response\0headers");
  /** Map. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_TRAILERS: Bytes = Bytes.of("response\0trailers");
  /** Integer. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_SIZE: Bytes = Bytes.of("response\0size");
  /** Integer, with headers and trailers. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_TOTAL_SIZE: Bytes = Bytes.of("response\0total_size");
  /** Duration. */
  // @ts-ignore: decorator
  @lazy static readonly RESPONSE_BACKEND_LATENCY: Bytes = Bytes.of("response\0backend_latency");
  /** String, address and port. */
  // @ts-ignore: decorator
  @lazy static readonly SOURCE_ADDRESS: Bytes = Bytes.of("source\0address");
  /** Integer. */
  // @ts-ignore: decorator
  @lazy static readonly SOURCE_PORT: Bytes = Bytes.of("source\0port");
  /** String, address and port. */
  // @ts-ignore: decorator
  @lazy static readonly DESTINATION_ADDRESS: Bytes = Bytes.of("destination\0address");
  /** Integer. */
  // @ts-ignore: decorator
  @lazy static readonly DESTINATION_PORT: Bytes = Bytes.of("destination\0port");
  /** Unsigned. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_ID: Bytes = Bytes.of("connection\0id");
  /** Boolean. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_MTLS: Bytes = Bytes.of("connection\0mtls");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_REQUESTED_SERVER_NAME: Bytes = Bytes.of(
    "connection\0requested_server_name",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_TLS_VERSION: Bytes = Bytes.of("connection\0tls_version");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_SUBJECT_LOCAL_CERTIFICATE: Bytes = Bytes.of(
    "connection\0subject_local_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_SUBJECT_PEER_CERTIFICATE: Bytes = Bytes.of(
    "connection\0subject_peer_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_DNS_SAN_LOCAL_CERTIFICATE: Bytes = Bytes.of(
    "connection\0dns_san_local_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_DNS_SAN_PEER_CERTIFICATE: Bytes = Bytes.of(
    "connection\0dns_san_peer_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_URI_SAN_LOCAL_CERTIFICATE: Bytes = Bytes.of(
    "connection\0uri_san_local_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_URI_SAN_PEER_CERTIFICATE: Bytes = Bytes.of(
    "connection\0uri_san_peer_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_SHA256_PEER_CERTIFICATE_DIGEST: Bytes = Bytes.of(
    "connection\0sha256_peer_certificate_digest",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_TRANSPORT_FAILURE_REASON: Bytes = Bytes.of(
    "connection\0transport_failure_reason",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly CONNECTION_TERMINATION_DETAILS: Bytes = Bytes.of("connection\0termination_details");
  /** String, address and port. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_ADDRESS: Bytes = Bytes.of("upstream\0address");
  /** Integer. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_PORT: Bytes = Bytes.of("upstream\0port");
  /** Unsigned. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_NUM_ENDPOINTS: Bytes = Bytes.of("upstream\0num_endpoints");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_TLS_VERSION: Bytes = Bytes.of("upstream\0tls_version");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_SUBJECT_LOCAL_CERTIFICATE: Bytes = Bytes.of(
    "upstream\0subject_local_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_SUBJECT_PEER_CERTIFICATE: Bytes = Bytes.of(
    "upstream\0subject_peer_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_DNS_SAN_LOCAL_CERTIFICATE: Bytes = Bytes.of(
    "upstream\0dns_san_local_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_DNS_SAN_PEER_CERTIFICATE: Bytes = Bytes.of(
    "upstream\0dns_san_peer_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_URI_SAN_LOCAL_CERTIFICATE: Bytes = Bytes.of(
    "upstream\0uri_san_local_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_URI_SAN_PEER_CERTIFICATE: Bytes = Bytes.of(
    "upstream\0uri_san_peer_certificate",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_SHA256_PEER_CERTIFICATE_DIGEST: Bytes = Bytes.of(
    "upstream\0sha256_peer_certificate_digest",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_LOCAL_ADDRESS: Bytes = Bytes.of("upstream\0local_address");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_TRANSPORT_FAILURE_REASON: Bytes = Bytes.of(
    "upstream\0transport_failure_reason",
  );
  /** Unsigned. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_REQUEST_ATTEMPT_COUNT: Bytes = Bytes.of("upstream\0request_attempt_count");
  /** Duration. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_CX_POOL_READY_DURATION: Bytes = Bytes.of("upstream\0cx_pool_ready_duration");
  /** Message `envoy.config.core.v3.Locality`. */
  // @ts-ignore: decorator
  @lazy static readonly UPSTREAM_LOCALITY: Bytes = Bytes.of("upstream\0locality");
  /** Message `envoy.config.core.v3.Node`. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_NODE: Bytes = Bytes.of("xds\0node");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_CLUSTER_NAME: Bytes = Bytes.of("xds\0cluster_name");
  /** Message `envoy.config.core.v3.Metadata`. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_CLUSTER_METADATA: Bytes = Bytes.of("xds\0cluster_metadata");
  /** Integer: 0 unspecified, 1 inbound, 2 outbound. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_LISTENER_DIRECTION: Bytes = Bytes.of("xds\0listener_direction");
  /** Message `envoy.config.core.v3.Metadata`. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_LISTENER_METADATA: Bytes = Bytes.of("xds\0listener_metadata");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_ROUTE_NAME: Bytes = Bytes.of("xds\0route_name");
  /** Message `envoy.config.core.v3.Metadata`. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_ROUTE_METADATA: Bytes = Bytes.of("xds\0route_metadata");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_VIRTUAL_HOST_NAME: Bytes = Bytes.of("xds\0virtual_host_name");
  /** Message `envoy.config.core.v3.Metadata`. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_VIRTUAL_HOST_METADATA: Bytes = Bytes.of("xds\0virtual_host_metadata");
  /** Message `envoy.config.core.v3.Metadata`. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_UPSTREAM_HOST_METADATA: Bytes = Bytes.of("xds\0upstream_host_metadata");
  /** Message `envoy.config.core.v3.Metadata`. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_UPSTREAM_HOST_LOCALITY_METADATA: Bytes = Bytes.of(
    "xds\0upstream_host_locality_metadata",
  );
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly XDS_FILTER_CHAIN_NAME: Bytes = Bytes.of("xds\0filter_chain_name");
  /** Message `envoy.config.core.v3.Metadata`: dynamic metadata of the stream. */
  // @ts-ignore: decorator
  @lazy static readonly METADATA: Bytes = Bytes.of("metadata");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly PLUGIN_NAME: Bytes = Bytes.of("plugin_name");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly PLUGIN_ROOT_ID: Bytes = Bytes.of("plugin_root_id");
  /** String. */
  // @ts-ignore: decorator
  @lazy static readonly PLUGIN_VM_ID: Bytes = Bytes.of("plugin_vm_id");
}
