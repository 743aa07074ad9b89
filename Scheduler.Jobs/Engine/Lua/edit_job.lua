-- Changes a job that still waits: when it runs, its queue, its arguments.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  job id
-- ARGV[3]  '1' = another time: that many ms from now (ARGV[4]), or where that is 0 this instant (ARGV[5], ms; past = now)
-- ARGV[6]  another queue, '' = as it was
-- ARGV[7]  '1' = other arguments (ARGV[8]), checked for this job type (ARGV[9])
-- reply    1 = changed, 0 = no such job, 2 = it does not wait any more, 3 = it is of another type; these wrote nothing
-- Twice?   writes the same again; a time from now is counted anew.
-- include: shared
-- include: transitions
-- include: new_jobs

local job = load_job(ARGV[2])
if not job then return 0 end
if job.State ~= 'Scheduled' and job.State ~= 'Enqueued' then return 2 end
local key, was = job_key(job.id), job.Queue or 'default'
local queue = ARGV[6] ~= '' and ARGV[6] or was
if ARGV[7] == '1' and job.Contract ~= ARGV[9] then return 3 end
if not job_keys_are_sound(queue) then return bad_key('queue ' .. queue .. ', schedule, queues, jobs or events') end

if ARGV[7] == '1' then
  local head = string.match(job.Call, '^%d+%+?\n[^\n]*\n')
  redis.call('HDEL', key, unpack(CALL, 2))
  write_long(key, job.State, head, ARGV[8], {})
end

local due = 0
if ARGV[3] == '1' then
  due = tonumber(ARGV[4]) > 0 and now + tonumber(ARGV[4]) or tonumber(ARGV[5])
elseif job.State == 'Scheduled' then
  due = tonumber(redis.call('HGET', key, 'RunAt') or 0)
end
if ARGV[3] ~= '1' and queue == was then return 1 end

leave_state(job)
if queue == 'default' then redis.call('HDEL', key, 'Queue') else redis.call('HSET', key, 'Queue', queue) end
local state = due > now and 'Scheduled' or 'Enqueued'
redis.call('HSET', key, 'State', state, 'History', append_history(job.History, history_line(state, 'edited')))
if state == 'Scheduled' then
  redis.call('HSET', key, 'RunAt', string.format('%d', due))
  add_to_schedule(job.id, due)
else
  redis.call('HDEL', key, 'RunAt')
  push_to_queue(queue, job.id)
end
job.Queue = queue
emit('job.enqueued', job, state)
publish_events()
return 1
