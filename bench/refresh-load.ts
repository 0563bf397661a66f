/**
 * A program for `wrk` that refreshes sessions, given by their refresh tokens: each request takes the session that was refreshed
 * longest ago, and the response gives its next token. Needs more sessions than connections.
 */
export function refreshesInLua(tokens: readonly string[]): string {
  return `
local tokens = { ${tokens.map((token) => `"${token}"`).join(", ")} }
local first, last = 1, #tokens
local headers = { ["Content-Type"] = "application/json" }

function request()
  local token = tokens[first]
  tokens[first] = nil
  first = first + 1
  return wrk.format("POST", nil, headers, '{"refresh_token":"' .. token .. '"}')
end

function response(status, headers, body)
  last = last + 1
  tokens[last] = body:match('"refresh_token":"([^"]+)"')
end
`;
}
