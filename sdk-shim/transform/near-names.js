// Which hook somebody may have meant.

/** What hooks are called elsewhere (in lower case, without "_" and "http") -> names here, the best first. */
const ELSEWHERE = {
  // The SDKs for Rust, Go, C++ and the older ones for AssemblyScript.
  onconfigure: ["configure"],
  onpluginstart: ["configure"],
  onstart: ["configure"],
  onvmstart: ["onVmStart", "configure"],
  onplugindone: ["onDone"],
  newcontext: ["createFilter"],
  createcontext: ["createFilter"],
  createstreamcontext: ["createFilter"],
  oncreatechildcontext: ["createFilter"],
  oncallresponse: ["onResponse"],
  onstreamdone: ["onDone"],
  ondelete: ["onDone"],
  ongrpccallresponse: ["onResponse"],
  onsuccess: ["onResponse"],
  onfailure: ["onResponse"],
  onreceive: ["onMessage"],
  ongrpcstreaminitialmetadata: ["onInitialMetadata"],
  ongrpcstreammessage: ["onMessage"],
  ongrpcstreamtrailingmetadata: ["onTrailingMetadata"],
  ongrpcstreamclose: ["onClose"],
  // Envoy's filters in C++, Lua and dynamic modules.
  decodeheaders: ["onRequestHeaders"],
  decodedata: ["onRequestBody"],
  decodetrailers: ["onRequestTrailers"],
  encodeheaders: ["onResponseHeaders"],
  encodedata: ["onResponseBody"],
  encodetrailers: ["onResponseTrailers"],
  envoyonrequest: ["onRequestHeaders"],
  envoyonresponse: ["onResponseHeaders"],
  onstreamcomplete: ["onLog"],
  ondestroy: ["onDone"],
  // What one would guess.
  onrequest: ["onRequestHeaders"],
  onresponse: ["onResponseHeaders"],
  onrequestdata: ["onRequestBody"],
  onresponsedata: ["onResponseBody"],
};

/** The one of `hooks` that `name` seems to mean; undefined if it is like none. */
export function nearestHook(name, hooks) {
  const plain = plainName(name);
  const known = ELSEWHERE[plain]?.find((hook) => hooks.includes(hook));
  if (known) return known;
  // Anything may be called a little like "configure"; it is hooks that are called "on...".
  const [nearest] = hooks
    .filter((hook) => plain.startsWith("on") === hook.startsWith("on"))
    .map((hook) => ({ hook, distance: distance(plain, plainName(hook)) }))
    .filter((candidate) => candidate.distance <= candidate.hook.length / 5)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.hook;
}

function plainName(name) {
  return name.replaceAll("_", "").toLowerCase().replace("http", "");
}

/** How many characters must be added, taken away, replaced or swapped to make `b` of `a` (optimal string alignment). */
function distance(a, b) {
  let beforeLast = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
