// The public names of the SDK. The compiler resolves the bare package name to this file.

export { Attribute } from "./assembly/attributes";
export { Status } from "./assembly/abi/types";
export { Pairs } from "./assembly/abi/pairs";
export { Body } from "./assembly/body";
export { Bytes, BytesBuilder } from "./assembly/bytes";
export { decimalText } from "./assembly/bytes-builder";
export { BytesMap } from "./assembly/bytes-map";
export {
  HmacSha256,
  Sha256,
  decodeBase64,
  decodeBase64url,
  decodeHex,
  encodeBase64,
  encodeBase64url,
  encodeHex,
  hmacSha256,
  sha256,
} from "./assembly/crypto";
export { murmur3 } from "./assembly/hash/murmur3";
export { SipKey, sipHash } from "./assembly/hash/siphash";
export { CallResponse, HttpCall } from "./assembly/http-call";
export { CallStatus, callStatus } from "./assembly/call-status";
export { compress, uncompress } from "./assembly/compression";
export { ConfigError, ConfigList, ConfigObject, ConfigReader } from "./assembly/config";
export { DnsAnswer, DnsLookup } from "./assembly/dns";
export { environmentVariable } from "./assembly/environment";
export { Expression } from "./assembly/expression";
export { isFieldName, isFieldValue, isToken } from "./assembly/field";
export { isFramingField, isReservedField, isSameField, isSystemField } from "./assembly/field-kinds";
export { Action } from "./assembly/action";
export { Context, HttpFilter } from "./assembly/filter";
export { getFilterState, getFilterStateObject, setFilterState } from "./assembly/filter-state";
export { ForeignResult, callForeignFunction, clearRouteCache } from "./assembly/foreign";
export { GrpcCall, GrpcResponse } from "./assembly/grpc-call";
export { GrpcMetadata } from "./assembly/grpc-metadata";
export { GrpcService } from "./assembly/grpc-service";
export { GrpcStatus } from "./assembly/grpc-status";
export { GrpcStream } from "./assembly/grpc-stream";
export { HeaderList } from "./assembly/header-list";
export { Headers } from "./assembly/headers";
export { LifeSpan, PropertyType, declareProperty, setEnvoyFilterState } from "./assembly/host-state";
export { JsonKind, JsonLimits, JsonResult, JsonValue, parseJson } from "./assembly/json";
export { LogLevel, isLogged, log, logLevel } from "./assembly/log";
export { Counter, Gauge, Histogram } from "./assembly/metrics";
export { NetworkFilter } from "./assembly/network-filter";
export { PeerType } from "./assembly/peer-type";
export { Plugin } from "./assembly/plugin";
export {
  getBooleanProperty,
  getDurationProperty,
  getFloatProperty,
  getIntegerProperty,
  getListProperty,
  getMapProperty,
  getProperty,
  getTimeProperty,
  getUnsignedProperty,
  propertyPath,
  setProperty,
} from "./assembly/properties";
export { isAttributeName } from "./assembly/property-names";
export { ProtobufReader, ProtobufWriter } from "./assembly/protobuf";
export { randomBytes } from "./assembly/random";
export { registerPlugin } from "./assembly/registry";
export { Reply } from "./assembly/reply";
export { SharedValue, getSharedData, setSharedData } from "./assembly/shared-data";
export { SharedQueue } from "./assembly/shared-queue";
export { Signature, Verification, sign, verifySignature } from "./assembly/signatures";
export { sourceAddress, withoutPort } from "./assembly/source-address";
export { StatKind, StatsUpdate } from "./assembly/stats";
export { currentTimeNanoseconds, monotonicTimeNanoseconds } from "./assembly/time";
export { vmConfiguration } from "./assembly/vm-configuration";
