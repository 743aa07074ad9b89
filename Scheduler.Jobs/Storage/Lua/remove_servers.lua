-- Removes the record of one server, or of all that have been silent too long.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  server id, or '' for the silent ones
-- ARGV[3]  silence (ms)
-- reply    number removed
-- Twice?   0 the second time. Leases, not records, decide who owns a job.
-- include: shared
-- include: stock_jobs

local removed = 0
local function remove(id)
  redis.call('DEL', P .. 'server:' .. id, P .. 'server:' .. id .. ':queues')
  removed = removed + redis.call('SREM', P .. 'servers', id)
end
if ARGV[2] ~= '' then remove(ARGV[2]); return removed end
for _, id in ipairs(redis.call('SMEMBERS', P .. 'servers')) do
  local seen = redis.call('HMGET', P .. 'server:' .. id, 'Heartbeat', 'StartedAt')
  -- A stock server may write text for an instant.
  local last = to_ms(seen[1] or seen[2] or '0')
  if last and now - last > tonumber(ARGV[3]) then remove(id) end
end
return removed
