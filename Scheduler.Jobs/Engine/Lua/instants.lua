-- Instants as the stock package writes them: ISO 8601, or ms as ours. Reads nothing.

-- Days from 1970 to a date (Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
local function days_to(y, m, d)
  if m <= 2 then y = y - 1 end
  local era = math.floor(y / 400)
  local yoe = y - era * 400
  local doy = math.floor((153 * (m + (m > 2 and -3 or 9)) + 2) / 5) + d - 1
  return era * 146097 + yoe * 365 + math.floor(yoe / 4) - math.floor(yoe / 100) + doy - 719468
end

-- Unix ms of an instant in either form; nil for anything else.
local function to_ms(text)
  if not text or tonumber(text) then return tonumber(text or nil) end
  local y, mo, d, h, mi, s, rest = string.match(text, '^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)(.*)$')
  if not y then return nil end
  local fraction = tonumber('0' .. (string.match(rest, '^%.%d+') or '')) or 0
  local seconds = days_to(tonumber(y), tonumber(mo), tonumber(d)) * 86400 + tonumber(h) * 3600 + tonumber(mi) * 60 + tonumber(s)
  return seconds * 1000 + math.floor(fraction * 1000)
end
