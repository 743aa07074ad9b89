-- Reads the schedules that are due or will be soon, oldest first, for the scheduler that fires at once. For all others: those that
-- are overdue by a moment, which means that it is gone; who finds one takes its place.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  who asks
-- ARGV[3]  how far ahead (ms)
-- ARGV[4]  how much overdue before another steps in (ms)
-- ARGV[5]  how many to leave out: read by the call before
-- ARGV[6]  the most to read
-- reply    { now (ms), when the next is due that was not read (ms; -1 = none), '1' = more of them are to be read, '1' = the asker fires at
--            once, revision of the calendars ('' where nothing is read), then for each: id, stamp, look }
-- Twice?   reads only, but for who fires at once.
-- include: recurring_shared

local LEADER, LEADER_MS = P .. 'recurring:leader', 3000
local leader = redis.pcall('GET', LEADER)
if type(leader) == 'table' then return bad_key('recurring:leader') end
local leads = not leader or leader == ARGV[2]
local reach = leads and now + tonumber(ARGV[3]) or now - tonumber(ARGV[4])
local skip, max = tonumber(ARGV[5]), tonumber(ARGV[6])

local found = redis.pcall('ZRANGEBYSCORE', SCHEDULES, 0, '+inf', 'WITHSCORES', 'LIMIT', skip, max + 1)
if found.err then return bad_key('recurring-jobs') end
local reply = { now, -1, '', '', '' }
for i = 1, #found, 2 do
  local due = math.floor(tonumber(found[i + 1]) * 1000 + 0.5)
  if due > reach or i > max * 2 then
    reply[2] = due
    reply[3] = due <= reach and '1' or ''
    break
  end
  local look, stamp = look_at(found[i], found[i + 1])
  local at = #reply
  reply[at + 1], reply[at + 2], reply[at + 3] = found[i], stamp, look
end
local finds = #reply > 5
reply[4] = (leads or finds) and '1' or ''
if finds then
  reply[5] = redis.call('GET', CALENDARS_REVISION) or '0'
  redis.call('SET', LEADER, ARGV[2], 'PX', LEADER_MS)
end
return reply
