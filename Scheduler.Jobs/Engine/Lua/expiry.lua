-- Jobs that must start by an instant ('ExpiresAt'). Included after transitions; nothing here writes by itself.

local function forget_expiry(id)
  redis.call('HDEL', job_key(id), 'ExpiresAt')
  redis.call('ZREM', P .. 'expiring', id)
end

local function expire(job)
  forget_expiry(job.id)
  finish_job(job, 'Deleted', 'expired: not started in time')
end
