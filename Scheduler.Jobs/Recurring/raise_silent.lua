-- Raises schedule.silent for up to 200 schedules that have not succeeded in time. Each silence is raised once: the next success
-- winds the switch up again.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- reply    {number raised, ms until the next may be, or -1}
-- Twice?   the second call finds those that are due since.
-- include: recurring_shared
-- include: transitions

if not is_type(SILENCE, 'zset') then return bad_key('recurring:silence') end
local due = redis.call('ZRANGEBYSCORE', SILENCE, '-inf', NOW, 'LIMIT', 0, 200)
for _, id in ipairs(due) do
  local s = redis.pcall('HMGET', schedule_key(id), 'Cron', 'Queue')
  if not s.err and s[1] then
    redis.call('HSET', schedule_key(id), 'Silent', NOW)
    local success = redis.pcall('HGET', SUCCESSES, id)
    emit_schedule('schedule.silent', id, s[2] or 'default',
      ',"lastSuccessAt":' .. (type(success) == 'string' and success or 'null'))
  end
  redis.call('ZREM', SILENCE, id)
end
publish_events()
local first = redis.call('ZRANGE', SILENCE, 0, 0, 'WITHSCORES')
return { #due, first[2] and math.max(tonumber(first[2]) - now, 0) or -1 }
