local burst, per_second = CONFIG:match("(%d+) (%d+)")
local per_millisecond = per_second / 1000
burst = tonumber(burst)
local buckets = {}

function envoy_on_request(handle)
  local tenant = handle:headers():get("x-tenant")
  local allowed = false
  if tenant then
    local now = tonumber(handle:timestamp(EnvoyTimestampResolution.MILLISECOND))
    local bucket = buckets[tenant]
    if not bucket then
      bucket = { tokens = burst, filled_at = now }
      buckets[tenant] = bucket
    end
    local elapsed = math.max(now - bucket.filled_at, 0)
    bucket.tokens = math.min(burst, bucket.tokens + elapsed * per_millisecond)
    bucket.filled_at = now
    allowed = bucket.tokens >= 1
    if allowed then bucket.tokens = bucket.tokens - 1 end
  end
  if not allowed then handle:respond({ [":status"] = "429" }, "") end
end
