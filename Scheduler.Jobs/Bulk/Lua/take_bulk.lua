-- Gives a node the bulk operation whose next step is due, for a while. The lease saves double work; what counts is the position,
-- which step_bulk compares.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  node
-- ARGV[3]  lease (ms)
-- reply    {id, hash as a flat list} | {ms until the next may be due, or -1 where none is open}
-- Twice?   the same node gets the same operation again.
-- include: shared

local wait = -1
local open = redis.call('ZRANGE', P .. 'bulk:open', 0, 49, 'WITHSCORES')
for i = 1, #open, 2 do
  local key, due = P .. 'bulk:' .. open[i], tonumber(open[i + 1])
  local runner, till = string.match(redis.call('HGET', key, 'Runner') or '', '^(%S+) (%d+)$')
  if due <= now and (not runner or runner == ARGV[2] or tonumber(till) <= now) then
    redis.call('HSET', key, 'Runner', ARGV[2] .. ' ' .. string.format('%d', now + tonumber(ARGV[3])))
    return { open[i], redis.call('HGETALL', key) }
  end
  local ms = due > now and due - now or tonumber(till) - now
  if wait < 0 or ms < wait then wait = ms end
end
return { wait }
