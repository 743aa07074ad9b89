-- Fires schedules: creates the jobs of their due instants and moves the schedules on, each where it is still as the caller read it.
-- So an instant fires once, whoever fires, and a caller that dies before or after this call changes nothing by it.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  number of shapes; then for each:
--          what its jobs have in common, as the head of a group (new_jobs.lua),
--          while the last job is not final: '' = a further job, 's' = none, 'b' = one that waits for it, 'c' = it is cancelled,
--          number of schedules, up to 200 in all; then for each:
--            id, guard of what the caller read (its revision, then the stamp from the score on), next instant (ms; '' = none), error ('' = none),
--            'p' = the pause is over, 'f' = forget it (it has no hash), or '',
--            number of jobs, up to 200 in all; then for each: instant (ms), id, the rest of its call
-- reply    for each: jobs created | -1 = changed meanwhile, nothing written | -2 = a key of a foreign type: nothing written, looked at again
--          in a minute | -3 = not due yet by this server's clock, nothing written
-- Twice?   the second call finds other guards and writes nothing; a job id that exists is left alone.
-- include: recurring_shared
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

local function take_shape()
  local shape
  shape, at = read_group(at)
  shape.overlap = ARGV[at]
  local schedules = tonumber(ARGV[at + 1])
  at = at + 2
  for i = 1, #shape.fields, 2 do
    if shape.fields[i] == 'Tags' then shape.tags_text = shape.fields[i + 1] end
  end
  for _ = 1, schedules do take_firing(shape) end
end
for _ = 1, tonumber(ARGV[2]) do take_shape() end
if not is_type(SCHEDULES, 'zset') then return bad_key('recurring-jobs') end
local scores = #ids > 0 and call('ZMSCORE', SCHEDULES, unpack(ids)) or {}
-- As a rule none of the jobs is there: then nobody need ask for each.
local some_exist = #keys > 0 and call('EXISTS', unpack(keys)) > 0

-- What all firings of this call write in common, once at its end.
local shown, queues, queue_names, moved, tagged = {}, {}, {}, {}, {}
local function show_later(queue, id)
  if not queues[queue] then
    queues[queue] = {}
    queue_names[#queue_names + 1] = queue
  end
  local waiting = queues[queue]
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

local function is_sound(firing, guard)
  if guard == '' and not is_type(schedule_key(firing.id), 'hash') then return false end
  local shape = firing.shape
  if shape.sound == nil then shape.sound = not foreign_key_of(shape) end
  if #firing.jobs == 0 then return true end
  if not shape.sound then return false end
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

-- The fields that the jobs of a shape share.
local function fields_of(shape)
  if not shape.flat then
    shape.flat = shared_fields(shape)
    shape.head = NOW .. '\n' .. shape.contract .. '\n'
    shape.room = math.max(64 - #shape.head, 0)
  end
  return shape.flat
end

local function write_run(firing, job)
  local shape, key = firing.shape, P .. 'job:' .. job.id
  local flat = fields_of(shape)
  local head, rest, room = shape.head, job.rest, shape.room
  if #rest <= room + 64 and shape.contract ~= '' then
    if #rest <= room then
      call('HSET', key, 'State', 'Enqueued', 'Call', head .. rest, 'RecurringId', firing.id, 'ScheduledFor', job.instant, unpack(flat))
    else
      call('HSET', key, 'State', 'Enqueued', 'Call', head .. string.sub(rest, 1, room), 'Call1', string.sub(rest, room + 1),
        'RecurringId', firing.id, 'ScheduledFor', job.instant, unpack(flat))
    end
    return
  end
  local own = { 'RecurringId', firing.id, 'ScheduledFor', job.instant, unpack(flat) }
  if shape.contract == '' then
    -- Hangfire's own parameter, in its own (JSON) form: filters and the dashboard read it.
    own[#own + 1] = 'RecurringJobId'
    own[#own + 1] = quote(firing.id)
  end
  write_long(key, 'Enqueued', head, rest, own)
end

local function kind_of(shape, job)
  return some(shape.contract) or expression_name(string.match(job.rest, '^([^\n]*)\n([^\n]*)'))
end

local function make(firing, job, what)
  local shape, id = firing.shape, job.id
  if not (some_exist and call('EXISTS', job_key(id)) == 1) then
    write_run(firing, job)
    shown[#shown + 1] = id
    for _, tag in ipairs(shape.tags) do
      local members = tagged[tag] or {}
      tagged[tag] = members
      members[#members + 1] = 0
      members[#members + 1] = id
    end
    if what == 'run' then
      show_later(shape.queue, id)
      emit_of('job.enqueued', id, kind_of(shape, job), shape.queue, shape.tags_text or '[]', 0, firing.id, 'Enqueued')
    else
      hold_back(firing.id, id, what)
    end
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

-- The usual case: one job, whatever became of the last one, and another instant to come.
local function is_plain(firing)
  return #firing.jobs == 1 and firing.shape.overlap == '' and firing.next ~= '' and firing.error == '' and firing.mark == ''
end

local function fire_plain(firing, runs)
  local job, next = firing.jobs[1], firing.next
  make(firing, job, 'run')
  call('HSET', schedule_key(firing.id), 'LastExecution', job.instant, 'LastJobId', job.id, 'Runs', string.format('%d', runs + 1),
    'NextAt', next, 'NextExecution', next)
  move_later(firing.id, score_text(next))
  return 1
end

local function fire(firing, runs)
  if #firing.jobs > 0 and not note_runs(firing) then return look_again(firing.id) end
  if is_plain(firing) then return fire_plain(firing, runs) end
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

local reply = {}
for i, firing in ipairs(firings) do
  local guard, runs = guard_and_runs(firing.id, scores[i])
  if not is_sound(firing, guard) then
    reply[i] = look_again(firing.id)
  elseif guard ~= firing.guard then
    reply[i] = -1
  elseif firing.mark == 'f' then
    call('ZREM', SCHEDULES, firing.id)
    reply[i] = 0
  elseif is_early(firing) then
    reply[i] = -3
  else
    reply[i] = fire(firing, runs)
  end
end
show_all()
write_counts()
publish_events()
return reply
