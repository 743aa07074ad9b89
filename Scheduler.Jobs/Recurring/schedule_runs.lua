-- What the end of a schedule's job means for its schedule: failures in a row, silence, a run that waits; later, its history.
-- Included by transitions, where finish_job calls run_ended.
-- include: successes

local function cancel_unfinished(job, reason)
  redis.call('HDEL', job_key(job.id), 'Fence')
  finish_job(job, 'Deleted', reason)
  if job.State == 'Processing' then redis.call('PUBLISH', P .. 'control', 'cancel ' .. job.id) end
end

-- Buffers a job that is just written, and in no queue, until the last one of its schedule is final.
local function hold_back(schedule, id, last)
  redis.call('HSET', job_key(id), 'State', 'Awaiting', 'History',
    history_line('Awaiting', 'the last run of its schedule is not final', nil, '{"ParentId":' .. quote(last) .. '}'))
  redis.call('ZADD', P .. 'awaiting', NOW, id)
  redis.call('HSET', P .. 'recurring-job:' .. schedule, 'Buffered', id)
end

local function release_buffered(schedule, id)
  redis.call('HDEL', P .. 'recurring-job:' .. schedule, 'Buffered')
  local job = load_job(id)
  if job and job.State == 'Awaiting' then
    redis.call('HSET', P .. 'recurring-job:' .. schedule, 'LastJobId', id)
    enqueue_again(job, 'the run before has ended')
  end
end

local function emit_schedule(name, id, queue, extra)
  event_count = event_count + 1
  open_group = nil
  event_groups[#event_groups + 1] = { raw = '{"event":"' .. name .. '","jobId":"","type":"","queue":"' .. queue .. '","state":"","at":' .. NOW ..
    ',"attempt":0,"tags":[],"recurringId":' .. quote(id) .. extra .. '}' }
end

local function count_failure(schedule, queue, key)
  local limit = tonumber(redis.call('HGET', key, 'PauseAfter') or '')
  if not limit then return end
  local failures = redis.call('HINCRBY', key, 'Failures', 1)
  if failures < limit then return end
  local note = 'paused itself after ' .. failures .. ' failed runs in a row'
  redis.call('HSET', key, 'Paused', '{"note":"' .. note .. '","at":' .. NOW .. '}')
  redis.call('HDEL', key, 'NextAt', 'NextExecution')
  redis.call('ZADD', P .. 'recurring-jobs', -1, schedule)
  emit_schedule('schedule.paused', schedule, queue or 'default', ',"note":"' .. note .. '"')
end

-- Remembers an ended run whose job is removed: only then, so that a run costs its schedule no list while the job tells it all.
local function keep_run(id, schedule)
  local kept = redis.pcall('HMGET', P .. 'recurring-job:' .. schedule, 'Cron', 'KeptRuns')
  local job = not kept.err and kept[1] and load_job(id, 'ScheduledFor', 'Error')
  if not job or not FINAL[job.State] then return end
  local ended = tonumber(job.End or instant_of_line(string.match(job.History or '', '[^\n]*$')) or now)
  local started = job.Attempt and start_of(job)
  local key = P .. 'run-history:' .. schedule
  redis.call('LPUSH', key, '{"id":"' .. id .. '","s":"' .. job.State .. '","e":' .. string.format('%d', ended) ..
    ',"d":' .. string.format('%d', started and math.max(ended - started, 0) or 0) .. ',"a":' .. (job.Attempt or 0) ..
    (job.ScheduledFor and ',"f":' .. job.ScheduledFor or '') .. (job.State == 'Failed' and job.Error and ',"x":' .. job.Error or '') .. '}')
  redis.call('LTRIM', key, 0, (tonumber(kept[2] or '') or 100) - 1)
end

run_ended = function(schedule, id, queue, state)
  local key = P .. 'recurring-job:' .. schedule
  local s = redis.pcall('HMGET', key, 'Cron', 'Buffered', 'Failures', 'MaxSilence')
  if s.err or not s[1] then return end
  if s[2] == id then
    redis.call('HDEL', key, 'Buffered')
  elseif s[2] and redis.call('HGET', key, 'LastJobId') == id then
    release_buffered(schedule, s[2])
  end
  if state == 'Succeeded' then
    if s[3] then redis.call('HDEL', key, 'Failures') end
    redis.pcall('HSET', SUCCESSES, schedule, NOW)
    if s[4] then expect_success(schedule, tonumber(s[4])) end
  elseif state == 'Failed' then
    count_failure(schedule, queue, key)
  end
end

-- The same for many successes. Most are of plain schedules, which get one write for all of them. Keys of a foreign type must not stop
-- the script: the jobs count, not the note.
local function runs_succeeded(schedules, ids, queues)
  local plain, flat = redis.pcall('SMISMEMBER', PLAIN_SCHEDULES, unpack(schedules)), {}
  for i = 1, #schedules do
    if plain[i] == 1 then
      flat[#flat + 1] = schedules[i]
      flat[#flat + 1] = NOW
    else
      run_ended(schedules[i], ids[i], queues[i], 'Succeeded')
    end
  end
  if #flat > 0 then redis.pcall('HSET', SUCCESSES, unpack(flat)) end
end
