import { Bytes } from "proxy-wasm-as-sdk";

/** Error codes of RFC 6750 section 3.1; no code where it asks for none or defines none. */
const NO_CODE = "";
const INVALID_REQUEST = "invalid_request";
const INVALID_TOKEN = "invalid_token";
const INSUFFICIENT_SCOPE = "insufficient_scope";

/** Every refusal there is, at its own `index`. */
export const REFUSALS: Array<Refusal> = [];

/** A way in which a request is refused. The texts are fixed: nothing a client sent comes back to it. */
@final
export class Refusal {
  /** Its place among `REFUSALS`. */
  readonly index: i32;
  /** What access logs print as response code details: `auth_<name>`. */
  readonly details: Bytes;
  /** The body of the answer. */
  readonly body: Bytes;

  /**
   * `status`: HTTP status. `name`: what metrics and access logs call it. `code`: the error code for a Bearer
   * challenge, "" for none. `description`: one line for people, without `"` and `\` (RFC 6750 section 3).
   */
  constructor(
    readonly status: u32,
    readonly name: string,
    readonly code: string,
    readonly description: string,
  ) {
    this.index = REFUSALS.length;
    this.details = Bytes.of("auth_" + name);
    this.body = Bytes.of(description + "\n");
    REFUSALS.push(this);
  }
}

export const MISSING = new Refusal(401, "missing_credentials", NO_CODE, "credentials are required");
export const MALFORMED = new Refusal(
  400,
  "malformed_credentials",
  INVALID_REQUEST,
  "the authorization header is malformed",
);
export const SEVERAL = new Refusal(
  400,
  "several_credentials",
  INVALID_REQUEST,
  "the request carries more than one credential",
);
export const AMBIGUOUS_PATH = new Refusal(
  400,
  "ambiguous_path",
  NO_CODE,
  "the path can be read in more than one way",
);
export const UNKNOWN_API_KEY = new Refusal(401, "unknown_api_key", NO_CODE, "the API key is not valid");
export const NOT_ALLOWED = new Refusal(
  403,
  "provider_not_allowed",
  INSUFFICIENT_SCOPE,
  "this kind of credential is not accepted here",
);
export const HOST_FAILURE = new Refusal(500, "host_failure", NO_CODE, "the request could not be checked");

export const TOKEN_TOO_LONG = badToken("token_too_long", "the token is too long");
export const TOKEN_MALFORMED = badToken("token_malformed", "the token is malformed");
export const TOKEN_ALGORITHM = badToken("token_algorithm", "the algorithm of the token is not accepted");
export const TOKEN_HEADER = badToken("token_header", "the token uses an extension that is not supported");
export const TOKEN_TYPE = badToken("token_type", "the type of the token is not accepted");
export const TOKEN_ISSUER = badToken("token_issuer", "the issuer of the token is not accepted");
export const TOKEN_SIGNATURE = badToken("token_signature", "the signature of the token is not valid");
export const TOKEN_EXPIRED = badToken("token_expired", "the token has expired");
export const TOKEN_NOT_YET_VALID = badToken("token_not_yet_valid", "the token is not valid yet");
export const TOKEN_AUDIENCE = badToken("token_audience", "the token is meant for another audience");
export const TOKEN_CLAIMS = badToken("token_claims", "a claim of the token is missing or malformed");
export const TOKEN_SUBJECT = badToken("token_subject", "the subject of the token is missing or not usable");

function badToken(name: string, description: string): Refusal {
  return new Refusal(401, name, INVALID_TOKEN, description);
}
