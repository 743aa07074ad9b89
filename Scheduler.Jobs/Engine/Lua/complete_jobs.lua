-- Writes how up to 200 attempts ended: state, result, history, lease, counters and event of each in one step.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  number of outcomes; then for each: kind, its arguments
--          J  type, queue, tags (JSON), attempt                       no outcome: what the claim told of the jobs of all C, P and S that follow
--          C  fence, number, then for each job id, duration (ms)      successes without a result, of one claim
--          P  as C, and for each job the id of its schedule
--          S  id, fence, duration (ms), result (JSON), recurring id or ''
--          T  id, fence, duration (ms), result (JSON or '')           the job's own fields are read, not what J told
--          R  id, fence, error (JSON), delay (ms), reason     spends the attempt
--          F  id, fence, error (JSON), duration (ms), reason  spends the attempt
--          D  id, fence, error (JSON), delay (ms), error of the quarantine (JSON)   its child process died: spends nothing;
--             the third time the job is quarantined
--          K  as D, but spends the attempt
--          N  id, fence, reason, delay (ms)                   spends nothing
--          H  id, fence, reason                               spends nothing, back to the head of its queue
-- reply    for each: 1 = written, 2 = was written before with this fence (the reply was lost), 0 = stale: nothing written but
--          that its process lives, where the job was charged with its death
-- Twice?   2 for each.
-- include: shared
-- include: transitions
-- include: deaths

local COUNT = { T = 4, R = 5, F = 5, N = 4, H = 3, D = 5, K = 5 }
if not (is_type(P .. 'leases', 'zset') and is_type(P .. 'final:Succeeded', 'zset') and is_type(P .. 'final:Failed', 'zset')
    and is_type(P .. 'schedule', 'zset') and is_type(P .. 'events', 'zset')) then
  return bad_key('leases, final:Succeeded, final:Failed, schedule or events')
end

local ARGV, call, pcall = ARGV, redis.call, redis.pcall

local function some(text) return text ~= '' and text or nil end

local function unspend(job)
  job.Attempt = math.max(tonumber(job.Attempt or 1) - 1, 0)
  redis.call('HSET', job_key(job.id), 'Attempt', job.Attempt)
end

local function mourn(job, at)
  if redis.call('HINCRBY', job_key(job.id), 'Crashes', 1) >= POISON_AFTER then
    finish_job(job, 'Failed', 'its child process died ' .. POISON_AFTER .. ' times', nil, ARGV[at + 5])
    return
  end
  schedule_again(job, now + tonumber(ARGV[at + 4]), 'its child process died', ARGV[at + 3])
  emit('job.retrying', job, 'Scheduled', '"error":' .. ARGV[at + 3])
end

local write = {
  T = function(job, at) finish_job(job, 'Succeeded', nil, some(ARGV[at + 4]), nil, ARGV[at + 3]) end,
  F = function(job, at) finish_job(job, 'Failed', ARGV[at + 5], nil, ARGV[at + 3], ARGV[at + 4]) end,
  R = function(job, at)
    schedule_again(job, now + tonumber(ARGV[at + 4]), ARGV[at + 5], ARGV[at + 3])
    emit('job.retrying', job, 'Scheduled', '"error":' .. ARGV[at + 3])
  end,
  N = function(job, at) unspend(job); schedule_again(job, now + tonumber(ARGV[at + 4]), ARGV[at + 3]) end,
  H = function(job, at) unspend(job); enqueue_again(job, ARGV[at + 3], true) end,
  D = function(job, at) unspend(job); mourn(job, at) end,
  K = mourn,
}

local function stale(id, fence)
  acquit(id, fence)
  return 0
end

local function complete(at)
  local job = load_job(ARGV[at + 1])
  if not job or job.Fence ~= ARGV[at + 2] then return stale(ARGV[at + 1], ARGV[at + 2]) end
  if job.State ~= 'Processing' then return 2 end
  write[ARGV[at]](job, at)
  return 1
end

-- The common case: what the event says comes from the caller, so three fields are read, and the indexes are written once for all.
local ids, final, facts = {}, {}, nil
local runs, run_ids, run_queues = {}, {}, {}
local function succeed(id, fence, duration, result, recurring)
  local key = P .. 'job:' .. id
  local held = pcall('HMGET', key, 'State', 'Fence', 'Continuations')
  if held.err or held[2] ~= fence then return stale(id, fence) end
  if held[1] ~= 'Processing' then return 2 end
  if held[3] or #id == 36 then
    finish_job(load_job(id), 'Succeeded', nil, result, nil, duration)
    return 1
  end
  if result then
    call('HSET', key, 'State', 'Succeeded', 'End', NOW, 'Result', result)
  else
    call('HSET', key, 'State', 'Succeeded', 'End', NOW)
  end
  if INDEXED then index_state(id, 'Processing', 'Succeeded') end
  note_end(facts[2], now - duration)
  local count = #ids + 1
  ids[count] = id
  final[count * 2 - 1], final[count * 2] = NOW, id
  if recurring then
    local run = #runs + 1
    runs[run], run_ids[run], run_queues[run] = recurring, id, facts[2]
  end
  emit_of('job.succeeded', id, facts[1], facts[2], facts[3], facts[4], recurring, 'Succeeded', end_details(duration, result))
  return 1
end

local reply, at, outcomes = {}, 3, tonumber(ARGV[2])
while #reply < outcomes do
  local kind = ARGV[at]
  if kind == 'J' then
    facts = { ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4] }
    at = at + 5
  elseif kind == 'C' or kind == 'P' then
    local fence, each = ARGV[at + 1], kind == 'P' and 3 or 2
    local last = at + each * ARGV[at + 2] + 2
    for i = at + 3, last, each do reply[#reply + 1] = succeed(ARGV[i], fence, ARGV[i + 1], nil, each == 3 and ARGV[i + 2] or nil) end
    at = last + 1
  elseif kind == 'S' then
    reply[#reply + 1] = succeed(ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], some(ARGV[at + 5]))
    at = at + 6
  else
    reply[#reply + 1] = complete(at)
    at = at + COUNT[kind] + 1
  end
end
if #ids > 0 then
  redis.call('ZREM', P .. 'leases', unpack(ids))
  redis.call('ZADD', P .. 'final:Succeeded', unpack(final))
  count_final('Succeeded', #ids)
end
if #runs > 0 then runs_succeeded(runs, run_ids, run_queues) end
write_counts()
publish_events()
return reply
