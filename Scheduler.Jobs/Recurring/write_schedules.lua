-- Writes up to 1,000 schedules (put, pause, resume), all where each is still as the caller read it, else none.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  number of schedules; then for each:
--          id, stamp of what the caller read, 'new' or 'plain' = a new definition, which takes the next revision: 'plain' where a success
--          has no consequence but its instant; next instant (ms; '' = none),
--          calendars it names (separated by spaces), ms without a success until it is silent (0 = never; '' = as it was),
--          number of fields to remove, their names, number of fields to set, these as name, value...
-- reply    the revision of each ('' where a Hangfire client made the schedule) | false = one has changed meanwhile, nothing written
-- Twice?   the second call finds other stamps and writes nothing.
-- include: recurring_shared
-- include: successes

local at = 3
local function take()
  at = at + 1
  return ARGV[at - 1]
end

local function take_write()
  local w = { id = take(), stamp = take(), definition = take(), next = take(), calendars = take(), silence = take(),
    removed = {}, fields = {} }
  for i = 1, tonumber(take()) do w.removed[i] = take() end
  for i = 1, tonumber(take()) * 2 do w.fields[i] = take() end
  return w
end

if not is_type(P .. 'recurring:revision', 'string') then return bad_key('recurring:revision') end
if not is_type(PLAIN_SCHEDULES, 'set') then return bad_key('recurring:plain') end
local writes = {}
for i = 1, tonumber(ARGV[2]) do
  local w = take_write()
  if not schedule_is_sound(w.id) then return bad_key('recurring-jobs or recurring-job:' .. w.id) end
  if stamp_of(w.id) ~= w.stamp then return false end
  writes[i] = w
end

-- A run that waits, and failures that were counted, are of the definition before: the next success still has to do with them.
local function is_plain(w)
  if w.definition ~= 'plain' or w.stamp == '' then return w.definition == 'plain' end
  local left = redis.call('HMGET', schedule_key(w.id), 'Buffered', 'Failures')
  return not left[1] and not left[2]
end

local function set_definition(w)
  redis.call(is_plain(w) and 'SADD' or 'SREM', PLAIN_SCHEDULES, w.id)
  -- One counter for all: a schedule that is deleted and made again never gets an old revision back.
  local flat = w.fields
  flat[#flat + 1] = 'Revision'
  flat[#flat + 1] = redis.call('INCR', P .. 'recurring:revision')
  if w.stamp == '' then
    flat[#flat + 1] = 'CreatedAt'
    flat[#flat + 1] = NOW
  end
  if w.calendars ~= '' then
    flat[#flat + 1] = 'Calendars'
    flat[#flat + 1] = w.calendars
    for name in string.gmatch(w.calendars, '%S+') do redis.call('SADD', P .. 'calendar-users:' .. name, w.id) end
  else
    w.removed[#w.removed + 1] = 'Calendars'
  end
end

local reply, written = {}, {}
for i, w in ipairs(writes) do
  if w.definition ~= '' then set_definition(w) end
  if #w.removed > 0 then redis.call('HDEL', schedule_key(w.id), unpack(w.removed)) end
  if #w.fields > 0 then redis.call('HSET', schedule_key(w.id), unpack(w.fields)) end
  move_schedule(w.id, w.next)
  if w.silence ~= '' then expect_success(w.id, tonumber(w.silence)) end
  reply[i] = redis.call('HGET', schedule_key(w.id), 'Revision') or ''
  written[w.id] = true
end
if written[first_schedule() or ''] then redis.call('PUBLISH', P .. 'wake', 'recurring') end
return reply
