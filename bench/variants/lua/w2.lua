local keys = {}
for key in CONFIG:gmatch("[^\n]+") do keys[key] = true end

function envoy_on_request(handle)
  local key = handle:headers():get("x-api-key")
  if not key or not keys[key] then handle:respond({ [":status"] = "401" }, "") end
end
