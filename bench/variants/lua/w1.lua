function envoy_on_request(handle)
  local headers = handle:headers()
  local user = headers:get("x-user")
  if user then headers:replace("x-out", "u:" .. user) end
  headers:remove("x-secret")
end

function envoy_on_response(handle)
  handle:headers():add("x-filter", "1")
end
