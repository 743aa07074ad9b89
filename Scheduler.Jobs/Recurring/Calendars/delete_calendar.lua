-- Deletes a calendar that no schedule names.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  name
-- reply    1 = deleted, 0 = no such calendar, 2 = a schedule names it
-- Twice?   the second call answers 0.
-- Bound    looks at ids of deleted schedules only, and forgets them.
-- include: recurring_shared

local name, users = ARGV[2], P .. 'calendar-users:' .. ARGV[2]
if redis.call('HEXISTS', CALENDARS, name) == 0 then return 0 end
for _, id in ipairs(redis.call('SMEMBERS', users)) do
  local named = redis.pcall('HGET', schedule_key(id), 'Calendars')
  if type(named) == 'string' and string.find(' ' .. named .. ' ', ' ' .. name .. ' ', 1, true) then return 2 end
  redis.call('SREM', users, id)
end
redis.call('HDEL', CALENDARS, name)
redis.call('INCR', CALENDARS_REVISION)
return 1
