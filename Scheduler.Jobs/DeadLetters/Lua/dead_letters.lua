-- Groups of failed jobs, by what went wrong. Included by transitions: every way into and out of Failed passes here.
--   dead                zset: fingerprint -> instant (ms) of its newest failure
--   dead:{print}        zset, score 0: jobs of the group that are failed now; each has the fingerprint in its field Print
--   dead:{print}:about  hash: type, kind, message (JSON) and job of the newest failure; first and last (ms)

-- 16 hex digits over the job's type, the error's kind, the exception's short name, and the worker's hash of its top frames.
local function print_of(kind_of_job, error)
  local kind, name = string.match(error, '"type":"([^"]*)"'), string.match(error, '"message":"([%w_]+): ')
  local text = kind_of_job .. '\n' .. (kind or '') .. '\n' .. (name or '') .. '\n' .. (string.match(error, '"trace":"(%x+)"') or '')
  return string.sub(redis.sha1hex(text), 1, 16)
end

local function bury(job, error)
  local kind_of_job = type_of(job)
  local print = print_of(kind_of_job, error)
  local group, about = P .. 'dead:' .. print, P .. 'dead:' .. print .. ':about'
  redis.call('HSET', job_key(job.id), 'Print', print)
  redis.call('ZADD', P .. 'dead', NOW, print)
  redis.call('ZADD', group, 0, job.id)
  redis.call('HSETNX', about, 'first', NOW)
  redis.call('HSET', about, 'type', kind_of_job, 'kind', string.match(error, '"type":"([^"]*)"') or '',
    'message', string.match(error, '"message":("[^"]*")') or '""', 'job', job.id, 'last', NOW)
end

-- A group without jobs is no group.
local function unbury(id)
  local print = redis.call('HGET', job_key(id), 'Print')
  if not print then return end
  redis.call('HDEL', job_key(id), 'Print')
  redis.call('ZREM', P .. 'dead:' .. print, id)
  if redis.call('EXISTS', P .. 'dead:' .. print) == 0 then
    redis.call('ZREM', P .. 'dead', print)
    redis.call('DEL', P .. 'dead:' .. print .. ':about')
  end
end
