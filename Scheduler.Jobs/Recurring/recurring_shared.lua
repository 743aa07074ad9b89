-- include: shared
-- What the schedules' scripts share. Nothing here writes by itself.

local SCHEDULES = P .. 'recurring-jobs'
local CALENDARS, CALENDARS_REVISION = P .. 'calendars', P .. 'calendars:revision'
-- The first six say what the schedule is, the rest how it stands.
local FACE = 6
local LOOK = { 'Revision', 'Cron', 'TimeZoneId', 'Queue', 'Job', 'Misfire',
  'NextAt', 'Paused', 'LastExecution', 'LastJobId', 'Runs', 'Error', 'Failures', 'Silent' }

local function schedule_key(id) return P .. 'recurring-job:' .. id end

-- The index's score in ms, as text; '' = not in the index. Hangfire reads it as seconds, -1 = disabled.
local score_as_ms = {}
local function score_of(id, score)
  if score == nil then score = redis.call('ZSCORE', SCHEDULES, id) end
  if not score then return '' end
  if not score_as_ms[score] then score_as_ms[score] = string.format('%d', math.floor(tonumber(score) * 1000 + 0.5)) end
  return score_as_ms[score]
end

-- A schedule as a caller sees it: {face, score, fields of LOOK from NextAt on...}, and its stamp. The face tells two definitions
-- apart, the stamp two states: any change that matters for firing, by us or by a Hangfire client, gives another one.
-- A hash that is missing has the stamp '', and no fields.
local function look_at(id, score)
  local values = redis.pcall('HMGET', schedule_key(id), unpack(LOOK))
  if values.err or not (values[2] or values[5]) then return { '', score_of(id, score) }, '' end
  for i = 1, #LOOK do values[i] = values[i] or '' end
  local face = redis.sha1hex(table.concat(values, '\n', 1, FACE))
  local look = { face, score_of(id, score), unpack(values, FACE + 1) }
  return look, face .. ' ' .. look[2] .. ' ' .. look[3] .. ' ' .. look[4]
end

-- What tells a firing that nothing happened since its schedule was read, and the runs so far. Cheaper than the stamp: that a Hangfire
-- client has changed what the job does, and not when it runs, is not seen; such a change takes effect with the next instant.
local function guard_and_runs(id, score)
  local values = redis.pcall('HMGET', schedule_key(id), 'Cron', 'Revision', 'NextAt', 'Paused', 'Runs')
  if values.err or not values[1] then return '', 0 end
  return (values[2] or '') .. ' ' .. score_of(id, score) .. ' ' .. (values[3] or '') .. ' ' .. (values[4] or ''), tonumber(values[5] or 0)
end

local function stamp_of(id, score)
  local _, stamp = look_at(id, score)
  return stamp
end

local function schedule_is_sound(id)
  return is_type(schedule_key(id), 'hash') and is_type(SCHEDULES, 'zset')
end

-- next: ms, or '' where the schedule will not fire again by itself.
local function move_schedule(id, next)
  if next == '' then
    redis.call('HDEL', schedule_key(id), 'NextAt', 'NextExecution')
    redis.call('ZADD', SCHEDULES, -1, id)
  else
    redis.call('HSET', schedule_key(id), 'NextAt', next, 'NextExecution', next)
    redis.call('ZADD', SCHEDULES, string.format('%.3f', tonumber(next) / 1000), id)
  end
end

local function first_schedule() return redis.call('ZRANGEBYSCORE', SCHEDULES, 0, '+inf', 'LIMIT', 0, 1)[1] end
