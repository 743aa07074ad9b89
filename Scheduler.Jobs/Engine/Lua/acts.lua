-- What a person does to a job, one or many. Included after transitions; each gives false where it does not apply.

-- Into its queue again, attempts counted from 0.
local function requeue(job, reason)
  if job.State == 'Enqueued' or job.State == 'Processing' then return false end
  if job.State == 'Succeeded' or job.State == 'Deleted' then redis.call('DECR', P .. 'stats:' .. string.lower(job.State)) end
  redis.call('HSET', job_key(job.id), 'Attempt', 0, 'Lost', 0)
  redis.call('HDEL', job_key(job.id), 'Result', 'Error', 'Progress', 'Crashes', 'LostUnder')
  -- What a success has done must be done again; a failure goes on where it was.
  if job.State == 'Succeeded' then redis.call('HDEL', job_key(job.id), 'Checkpoint') end
  job.Attempt = 0
  enqueue_again(job, reason)
  return true
end

-- Deletes a job that is not final; a running one is told through the control channel.
local function cancel(job, reason)
  if FINAL[job.State] then return false end
  redis.call('HDEL', job_key(job.id), 'Fence')
  finish_job(job, 'Deleted', reason)
  if job.State == 'Processing' then redis.call('PUBLISH', P .. 'control', 'cancel ' .. job.id) end
  return true
end
