-- Counters of jobs that ended. A part of transitions.
-- Days since 1970 to yyyy-mm-dd (Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days).
local function stat_day()
  local z = math.floor(now / 86400000) + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local day = doy - math.floor((153 * mp + 2) / 5) + 1
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return string.format('%04d-%02d-%02d', year, month, day)
end

-- Counters of final states, as the dashboard's graphs read them: total, by day (a month) and by hour (a day).
local final_counts = {}
local function count_final(state, count) final_counts[state] = (final_counts[state] or 0) + (count or 1) end
local function write_counts()
  for state, count in pairs(final_counts) do
    local name = P .. 'stats:' .. string.lower(state)
    local day = stat_day()
    local hour = day .. string.format('-%02d', math.floor(now / 3600000) % 24)
    if state ~= 'Failed' then redis.call('INCRBY', name, count) end
    redis.call('INCRBY', name .. ':' .. day, count)
    redis.call('EXPIRE', name .. ':' .. day, 2678400)
    redis.call('INCRBY', name .. ':' .. hour, count)
    redis.call('EXPIRE', name .. ':' .. hour, 86400)
  end
end
