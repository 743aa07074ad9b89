-- Removes one worker's record, or those of all workers whose heartbeat is too old. Leases, not records, decide who owns a job.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  worker id, or '' for the silent ones
-- ARGV[3]  silence (ms) after which a record is removed
-- reply    number removed
-- Twice?   harmless. Records of stock Hangfire servers (no Types field) are left to Hangfire's watchdog.
-- include: shared

local removed = 0
local function remove(id)
  redis.call('DEL', P .. 'server:' .. id)
  removed = removed + redis.call('SREM', P .. 'servers', id)
end
if ARGV[2] ~= '' then remove(ARGV[2]); return removed end
for _, id in ipairs(redis.call('SMEMBERS', P .. 'servers')) do
  local seen = redis.call('HMGET', P .. 'server:' .. id, 'Types', 'Heartbeat')
  if seen[1] and now - tonumber(seen[2] or 0) > tonumber(ARGV[3]) then remove(id) end
end
return removed
