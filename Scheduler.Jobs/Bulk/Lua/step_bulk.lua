-- One step of a bulk operation: acts on up to 200 jobs and moves the operation on, in one.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  operation
-- ARGV[3]  position the caller began at
-- ARGV[4]  position after this step, '' = this was the last
-- ARGV[5]  action: requeue, delete, cancel, undo
-- ARGV[6]  jobs a second, 0 = as fast as it goes
-- ARGV[7]  undo: the operation that is taken back, else ''
-- ARGV[8+] for each job: id, the state it must still be in ('' = any; of an undo the state it goes back to)
-- reply    {jobs acted on, jobs passed over} | {-1} = stopped, or another node took this step: nothing written
-- Twice?   -1 the second time.
-- include: shared
-- include: transitions
-- include: acts

local key = P .. 'bulk:' .. ARGV[2]
local held = redis.call('HMGET', key, 'State', 'Position')
if held[1] ~= 'running' or held[2] ~= ARGV[3] then return { -1 } end

local reason, undo = 'bulk ' .. ARGV[2], {}
local act = {}

function act.requeue(job) return requeue(job, reason) end

function act.cancel(job) return cancel(job, reason) end

function act.delete(job)
  if job.State == 'Deleted' then return false end
  local before = job.State
  if before == 'Succeeded' then redis.call('DECR', P .. 'stats:succeeded') end
  if FINAL[before] then finish_job(job, 'Deleted', reason) else cancel(job, reason) end
  undo[#undo + 1] = job.id .. ' ' .. before
  return true
end

-- Final again without an event: it happened long ago, and whoever listens has heard of it.
local function rest_again(job, state)
  leave_state(job)
  redis.call('HSET', job_key(job.id), 'State', state, 'History', append_history(job.History, history_line(state, 'restored')))
  redis.call('ZADD', P .. 'final:' .. state, NOW, job.id)
  if state == 'Failed' then bury(job, redis.call('HGET', job_key(job.id), 'Error') or '{}') else redis.call('INCR', P .. 'stats:succeeded') end
end

local function await_again(job)
  leave_state(job)
  redis.call('HSET', job_key(job.id), 'State', 'Awaiting', 'History', append_history(job.History, history_line('Awaiting', 'restored')))
  redis.call('ZADD', P .. 'awaiting', NOW, job.id)
end

-- Only what that operation deleted and nobody has touched since.
function act.undo(job, state)
  if job.State ~= 'Deleted' or not string.find(job.History or '', '"r":"bulk ' .. ARGV[7] .. '"[^\n]*$') then return false end
  redis.call('DECR', P .. 'stats:deleted')
  if FINAL[state] then rest_again(job, state)
  elseif state == 'Awaiting' then await_again(job)
  elseif state == 'Scheduled' then schedule_again(job, tonumber(redis.call('HGET', job_key(job.id), 'RunAt') or now), 'restored')
  else enqueue_again(job, 'restored') end
  return true
end

local done, skipped = 0, 0
for i = 8, #ARGV, 2 do
  local job, state = load_job(ARGV[i]), ARGV[i + 1]
  local fits = job and (state == '' or ARGV[5] == 'undo' or job.State == state) and job_keys_are_sound(job.Queue or 'default')
  if fits and act[ARGV[5]](job, state) then done = done + 1 else skipped = skipped + 1 end
end

redis.call('HINCRBY', key, 'Done', done)
redis.call('HINCRBY', key, 'Skipped', skipped)
redis.call('HSETNX', key, 'StartedAt', NOW)
if #undo > 0 then redis.call('RPUSH', key .. ':undo', unpack(undo)) end
if ARGV[4] == '' then
  redis.call('HSET', key, 'State', 'done', 'FinishedAt', NOW)
  redis.call('HDEL', key, 'Runner')
  redis.call('ZREM', P .. 'bulk:open', ARGV[2])
  redis.call('EXPIRE', key, 604800)
  redis.call('EXPIRE', key .. ':undo', 86400)
  if ARGV[7] ~= '' then redis.call('DEL', P .. 'bulk:' .. ARGV[7] .. ':undo') end
else
  local rate = tonumber(ARGV[6])
  redis.call('HSET', key, 'Position', ARGV[4])
  redis.call('ZADD', P .. 'bulk:open', rate > 0 and string.format('%d', now + done * 1000 / rate) or NOW, ARGV[2])
end
write_counts()
publish_events()
return { done, skipped }
