-- The deaths that a job is charged with: leases that ran out, each under the token of its claim. Included after transitions.
-- A process that speaks under such a token later was paused or cut off: it lives, so it did not die of the job.

local POISON_AFTER = 3

-- Gives the number of deaths so far. job: with Lost and LostUnder.
local function charge(job)
  local lost = tonumber(job.Lost or 0) + 1
  local under = (job.LostUnder and job.LostUnder .. ' ' or '') .. (job.Fence or '-')
  redis.call('HSET', job_key(job.id), 'Lost', lost, 'LostUnder', under)
  return lost
end

-- One that was set aside as a suspect, and is none any more, need not wait until it can run alone.
local function release_suspect(id, queue, contract)
  if redis.call('LREM', P .. 'parked:' .. queue .. ':!' .. (contract or ''), 1, id) == 1 then push_to_queue(queue, id, true) end
end

-- Takes back what the job was charged with under this token, if it was. Twice? The second time finds nothing. What is final stays.
local function acquit(id, fence)
  local held = redis.pcall('HMGET', job_key(id), 'LostUnder', 'Lost', 'State', 'Queue', 'Call')
  if held.err or not held[1] or FINAL[held[3]] then return end
  local lost, left = tonumber(held[2] or 0), {}
  for token in string.gmatch(held[1], '%S+') do
    if token == fence then lost = lost - 1 else left[#left + 1] = token end
  end
  if lost == tonumber(held[2] or 0) then return end
  if lost > 0 then
    redis.call('HSET', job_key(id), 'Lost', lost, 'LostUnder', table.concat(left, ' '))
  else
    redis.call('HDEL', job_key(id), 'Lost', 'LostUnder')
  end
  local queue, contract = held[4] or 'default', contract_of(held[5] or nil)
  if lost < SUSPECT_AFTER and held[3] == 'Enqueued' and is_type(P .. 'queue:' .. queue, 'list') and is_type(P .. 'parked:' .. queue .. ':!' .. (contract or ''), 'list') then
    release_suspect(id, queue, contract)
  end
end
