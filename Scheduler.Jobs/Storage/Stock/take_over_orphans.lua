-- Returns jobs to their queue whose stock server is gone: up to 100 that it had fetched, or that say Processing.
-- A server is gone when its record is, or when its heart has not beaten for the given time; jobs of one that lives are left alone.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  the queue in whose :dequeued list they stand, '' = they stand in the set of running jobs
-- ARGV[3]  silence (ms) after which a server counts as gone
-- ARGV[4+] job ids
-- reply    number of jobs returned to a queue
-- Twice?   0 the second time.
-- include: shared
-- include: transitions
-- include: stock_jobs

-- A job that was fetched but never started, when no stock server lives: it may just have been fetched by one that is not known yet.
local UNSTARTED = 60000

local queue, silence = ARGV[2], tonumber(ARGV[3])
local list = P .. 'queue:' .. queue .. ':dequeued'
if not keys_are_sound() or not is_type(P .. 'processing', 'zset') or not is_type(P .. 'servers', 'set') then return 0 end
if queue ~= '' and not is_type(list, 'list') then return 0 end

local function is_alive(server)
  local seen = redis.pcall('HMGET', P .. 'server:' .. server, 'Heartbeat', 'StartedAt')
  local last = not seen.err and to_ms(seen[1] or seen[2] or nil)
  return last and now - last <= silence or false
end

-- Servers on our own storage fetch under leases; they note their queues in the record itself.
local some_alive = false
for _, server in ipairs(redis.call('SMEMBERS', P .. 'servers')) do
  if redis.call('HEXISTS', P .. 'server:' .. server, 'Queues') == 0 and is_alive(server) then some_alive = true end
end

local function forget(id)
  if queue ~= '' then redis.call('LREM', list, 1, id) end
  redis.call('ZREM', P .. 'processing', id)
end

local function give_back(job, reason)
  forget(job.id)
  adopt(job, queue ~= '' and queue or nil)
  redis.call('HDEL', job_key(job.id), 'Fetched', 'Checked')
  redis.call('HINCRBY', job_key(job.id), 'Lost', 1)
  enqueue_again(job, reason, true)
end

-- Gives the reason why the job is an orphan, '' where it is nobody's business any more, nil where it may still be its server's.
local function verdict(job)
  local is_ours = job.State == 'Processing' and job.Fence
  if is_ours or FINAL[job.State] or job.State == 'Awaiting' then return '' end
  if job.State == 'Processing' then
    local server = redis.pcall('HGET', job_key(job.id) .. ':state', 'ServerId')
    if type(server) ~= 'string' then server = '?' end
    return not is_alive(server) and 'its Hangfire server ' .. server .. ' is gone' or nil
  end
  if queue == '' then return '' end
  if job.State == 'Scheduled' and (redis.call('ZSCORE', P .. 'schedule', job.id) or redis.call('ZSCORE', P .. 'schedule', queue .. ':' .. job.id)) then
    return ''
  end
  if some_alive then return nil end
  local since = to_ms(job.Fetched or job.Checked)
  if not since then redis.call('HSET', job_key(job.id), 'Checked', NOW); return nil end
  return now - since > UNSTARTED and 'fetched by a Hangfire server that is gone' or nil
end

local returned = 0
for i = 4, #ARGV do
  local job = load_stock(ARGV[i], 'Fetched', 'Checked')
  local reason = job and verdict(job) or not job and ''
  if reason == '' then
    forget(ARGV[i])
  elseif reason then
    give_back(job, reason)
    returned = returned + 1
  end
end
publish_events()
return returned
