-- Fires schedules: creates the jobs of their due instants and moves the schedules on, each where it is still as the caller read it.
-- So an instant fires once, whoever fires, and a caller that dies before or after this call changes nothing by it.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  number of shapes; then for each:
--          what its jobs have in common, as the head of a group (new_jobs.lua),
--          while the last job is not final: '' = a further job, 's' = none, 'b' = one that waits for it, 'c' = it is cancelled,
--          instant (ms), where all its schedules are plain: each makes one further job, of this instant, which is its NextAt and its
--          score; it is not paused, and has another instant to come; '' = where they are not,
--          number of schedules, up to 200 in all; then for each plain one:
--            id, revision as the caller read it, next instant (ms), job's id, the rest of its call
--          and for each that is not:
--            id, guard of what the caller read (its revision, then the stamp from the score on), next instant (ms; '' = none), error ('' = none),
--            'p' = the pause is over, 'f' = forget it (it has no hash), or '',
--            number of jobs, up to 200 in all; then for each: instant (ms), id, the rest of its call
-- reply    for each: jobs created | -1 = changed meanwhile, nothing written | -2 = a key of a foreign type: nothing written, looked at again
--          in a minute | -3 = not due yet by this server's clock, nothing written
-- Twice?   the second call finds other guards and writes nothing; a job id that exists is left alone.
-- include: recurring_shared
-- include: transitions
-- include: new_jobs

local call, pcall, ARGV = redis.call, redis.pcall, ARGV
local at = 3

-- What all schedules of this call are, and the keys of all jobs.
local firings, ids, keys = {}, {}, {}
local function take_firing(shape)
  local firing = {
    shape = shape, id = ARGV[at], guard = ARGV[at + 1], next = ARGV[at + 2], error = ARGV[at + 3], mark = ARGV[at + 4], jobs = {},
  }
  local jobs = tonumber(ARGV[at + 5])
  at = at + 6
  for i = 1, jobs do
    firing.jobs[i] = { instant = ARGV[at], id = ARGV[at + 1], rest = ARGV[at + 2] }
    keys[#keys + 1] = P .. 'job:' .. ARGV[at + 1]
    at = at + 3
  end
  firings[#firings + 1] = firing
  ids[#ids + 1] = firing.id
end

-- The usual case: where its firings stand is all that is kept of them, as a table for each would take as long as two commands.
local function skip_plain(shape, count)
  shape.first, shape.last = at, at + 5 * (count - 1)
  for i = shape.first, shape.last, 5 do
    ids[#ids + 1] = ARGV[i]
    keys[#keys + 1] = P .. 'job:' .. ARGV[i + 3]
  end
  at = at + 5 * count
  firings[#firings + 1] = shape
end

local function take_shape()
  local shape
  shape, at = read_group(at)
  shape.overlap, shape.instant = ARGV[at], ARGV[at + 1]
  local schedules = tonumber(ARGV[at + 2])
  at = at + 3
  for i = 1, #shape.fields, 2 do
    if shape.fields[i] == 'Tags' then shape.tags_text = shape.fields[i + 1] end
  end
  if shape.instant ~= '' then return skip_plain(shape, schedules) end
  for _ = 1, schedules do take_firing(shape) end
end
for _ = 1, tonumber(ARGV[2]) do take_shape() end
if not is_type(SCHEDULES, 'zset') then return bad_key('recurring-jobs') end
local scores = #ids > 0 and call('ZMSCORE', SCHEDULES, unpack(ids)) or {}
-- As a rule none of the jobs is there: then nobody need ask for each.
local some_exist = #keys > 0 and call('EXISTS', unpack(keys)) > 0

-- What all firings of this call write in common, once at its end.
local shown, queues, queue_names, moved, tagged = {}, {}, {}, {}, {}
local function show_later(shape, id, is_queued)
  shown[#shown + 1] = id
  for t = 1, #shape.tags do
    local tag = shape.tags[t]
    local members = tagged[tag] or {}
    tagged[tag] = members
    members[#members + 1] = 0
    members[#members + 1] = id
  end
  if not is_queued then return end
  local waiting = queues[shape.queue]
  if not waiting then
    waiting = {}
    queues[shape.queue] = waiting
    queue_names[#queue_names + 1] = shape.queue
  end
  waiting[#waiting + 1] = id
end

local function move_later(id, score) moved[#moved + 1] = score; moved[#moved + 1] = id end

local function show_all()
  if #shown > 0 then
    add_to_index(shown)
    call('SADD', P .. 'linked', unpack(shown))
  end
  for tag, members in pairs(tagged) do call('ZADD', P .. 'tag:' .. tag, unpack(members)) end
  for _, queue in ipairs(queue_names) do push_new(queue, queues[queue]) end
  if #moved > 0 then call('ZADD', SCHEDULES, unpack(moved)) end
end

local function shape_is_sound(shape)
  if shape.sound == nil then shape.sound = not foreign_key_of(shape) end
  return shape.sound
end

local function is_sound(firing, guard)
  if guard == '' and not is_type(schedule_key(firing.id), 'hash') then return false end
  if #firing.jobs == 0 then return true end
  if not shape_is_sound(firing.shape) then return false end
  if not some_exist then return true end
  for _, job in ipairs(firing.jobs) do
    if not is_type(job_key(job.id), 'hash') then return false end
  end
  return true
end

local function is_early(firing)
  for _, job in ipairs(firing.jobs) do
    if tonumber(job.instant) > now then return true end
  end
  return false
end

-- The last job, where it is not final.
local function unfinished(id)
  local last = call('HGET', schedule_key(id), 'LastJobId')
  local job = last and load_job(last)
  return job and not FINAL[job.State] and job or nil
end

-- What to do with one more job while the last one is not final: 'run', 'drop', or the last one's id, to wait for it.
local function decide(firing)
  local overlap = firing.shape.overlap
  if overlap == '' then return 'run' end
  local last = unfinished(firing.id)
  local waiting = call('HGET', schedule_key(firing.id), 'Buffered')
  if not last then
    -- A buffered job that was not let go: its predecessor left without a trace.
    if waiting then release_buffered(firing.id, waiting); return overlap == 'b' and 'drop' or 'run' end
    return 'run'
  end
  if overlap == 'b' then return waiting and 'drop' or last.id end
  if overlap == 's' then return 'drop' end
  cancel_unfinished(last, 'replaced by the next run of its schedule')
  return 'run'
end

-- What the hashes of a shape's jobs have in common.
local function fields_of(shape)
  if not shape.flat then
    shape.flat = shared_fields(shape)
    shape.head = NOW .. '\n' .. shape.contract .. '\n'
    shape.room = math.max(64 - #shape.head, 0)
  end
  return shape.flat
end

local function write_run(shape, schedule, id, instant, rest)
  local key, flat = P .. 'job:' .. id, fields_of(shape)
  if shape.contract ~= '' then
    return write_hash(key, 'Enqueued', shape.head, rest, shape.room, 'RecurringId', schedule, 'ScheduledFor', instant, unpack(flat))
  end
  -- Hangfire's own parameter, in its own (JSON) form: filters and the dashboard read it.
  write_hash(key, 'Enqueued', shape.head, rest, shape.room, 'RecurringJobId', quote(schedule), 'RecurringId', schedule,
    'ScheduledFor', instant, unpack(flat))
end

local function emit_run(shape, schedule, id, rest)
  local kind = shape.contract
  if kind == '' then kind = expression_name(string.match(rest, '^([^\n]*)\n([^\n]*)')) end
  emit_of('job.enqueued', id, kind, shape.queue, shape.tags_text or '[]', 0, schedule, 'Enqueued')
end

local function is_there(id) return some_exist and call('EXISTS', job_key(id)) == 1 end

local function make(firing, job, what)
  local shape, id = firing.shape, job.id
  if not is_there(id) then
    write_run(shape, firing.id, id, job.instant, job.rest)
    show_later(shape, id, what == 'run')
    if what == 'run' then emit_run(shape, firing.id, id, job.rest) else hold_back(firing.id, id, what) end
  end
  if what == 'run' and shape.overlap ~= '' then call('HSET', schedule_key(firing.id), 'LastJobId', id) end
  return what == 'run' and id or nil
end

-- The first write: where the key is of a foreign type it fails, and nothing was written.
local function note_runs(firing)
  local members = { 0, firing.jobs[1].id }
  for i = 2, #firing.jobs do members[i * 2 - 1], members[i * 2] = 0, firing.jobs[i].id end
  local noted = pcall('ZADD', P .. 'runs:' .. firing.id, unpack(members))
  return type(noted) ~= 'table' or not noted.err
end

local function look_again(id)
  move_later(id, string.format('%.3f', now / 1000 + 60))
  return -2
end

-- Schedules that fire together mostly fire together again.
local score_texts = {}
local function score_text(ms)
  if not score_texts[ms] then score_texts[ms] = string.format('%.3f', tonumber(ms) / 1000) end
  return score_texts[ms]
end

-- What a plain firing may not do; nil where it may fire. Nothing is written but where the schedule is next looked at.
local function refusal_of(shape, i, held, score)
  local id = ARGV[i]
  if held.err or not shape_is_sound(shape) then return look_again(id) end
  if some_exist and not is_type(job_key(ARGV[i + 3]), 'hash') then return look_again(id) end
  if held[2] ~= shape.instant or (held[1] or '') ~= ARGV[i + 1] or held[3] or score_of(id, score) ~= shape.instant then return -1 end
  if tonumber(shape.instant) > now then return -3 end
end

local function fire_plain(shape, i, score)
  local id, next, job = ARGV[i], ARGV[i + 2], ARGV[i + 3]
  local key, instant = P .. 'recurring-job:' .. id, shape.instant
  local held = pcall('HMGET', key, 'Revision', 'NextAt', 'Paused', 'Runs')
  local refusal = refusal_of(shape, i, held, score)
  if refusal then return refusal end
  -- The first write: where the key is of a foreign type it fails, and nothing was written.
  local noted = pcall('ZADD', P .. 'runs:' .. id, 0, job)
  if type(noted) == 'table' and noted.err then return look_again(id) end
  if not is_there(job) then
    write_run(shape, id, job, instant, ARGV[i + 4])
    show_later(shape, job, true)
    emit_run(shape, id, job, ARGV[i + 4])
  end
  call('HSET', key, 'LastExecution', instant, 'LastJobId', job, 'Runs', string.format('%d', (held[4] or 0) + 1),
    'NextAt', next, 'NextExecution', next)
  move_later(id, score_text(next))
  return 1
end

local function fire(firing, runs)
  if #firing.jobs > 0 and not note_runs(firing) then return look_again(firing.id) end
  local created, last, instant = 0, nil, nil
  for _, job in ipairs(firing.jobs) do
    local what = decide(firing)
    if what == 'drop' then
      call('ZREM', P .. 'runs:' .. firing.id, job.id)
    else
      last = make(firing, job, what) or last
      created, instant = created + 1, job.instant
    end
  end
  local key, fields = schedule_key(firing.id), {}
  local function set(name, value) fields[#fields + 1] = name; fields[#fields + 1] = value end
  if instant then set('LastExecution', instant) end
  if last then set('LastJobId', last) end
  if firing.error ~= '' then set('Error', firing.error) end
  if created > 0 then set('Runs', string.format('%d', runs + created)) end
  if firing.next ~= '' then
    set('NextAt', firing.next)
    set('NextExecution', firing.next)
    move_later(firing.id, score_text(firing.next))
  else
    call('HDEL', key, 'NextAt', 'NextExecution')
    move_later(firing.id, -1)
  end
  if #fields > 0 then call('HSET', key, unpack(fields)) end
  if firing.mark == 'p' then call('HDEL', key, 'Paused') end
  return created
end

local function fire_guarded(firing, score)
  local guard, runs = guard_and_runs(firing.id, score)
  if not is_sound(firing, guard) then return look_again(firing.id) end
  if guard ~= firing.guard then return -1 end
  if firing.mark == 'f' then
    call('ZREM', SCHEDULES, firing.id)
    return 0
  end
  if is_early(firing) then return -3 end
  return fire(firing, runs)
end

local reply = {}
for _, firing in ipairs(firings) do
  if firing.first then
    for i = firing.first, firing.last, 5 do reply[#reply + 1] = fire_plain(firing, i, scores[#reply + 1]) end
  else
    reply[#reply + 1] = fire_guarded(firing, scores[#reply + 1])
  end
end
show_all()
write_counts()
publish_events()
return reply
