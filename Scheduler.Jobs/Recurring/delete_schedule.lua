-- Removes a schedule; its jobs stay.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  schedule id
-- ARGV[3]  stamp of what the caller read
-- reply    1 = removed, 0 = no such schedule, 2 = changed meanwhile, nothing removed
-- Twice?   the second call answers 0.
-- include: recurring_shared
-- include: successes

local id = ARGV[2]
if not schedule_is_sound(id) then return bad_key('recurring-jobs or recurring-job:' .. id) end
if not (is_type(PLAIN_SCHEDULES, 'set') and is_type(SUCCESSES, 'hash')) then return bad_key('recurring:plain or recurring:successes') end
if stamp_of(id) ~= ARGV[3] then return 2 end
for name in string.gmatch(redis.call('HGET', schedule_key(id), 'Calendars') or '', '%S+') do
  redis.call('SREM', P .. 'calendar-users:' .. name, id)
end
redis.call('ZREM', SCHEDULES, id)
redis.call('ZREM', SILENCE, id)
redis.call('SREM', PLAIN_SCHEDULES, id)
redis.call('HDEL', SUCCESSES, id)
redis.call('DEL', P .. 'run-history:' .. id)
return redis.call('DEL', schedule_key(id))
