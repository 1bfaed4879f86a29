-- wrk's script: GETs of one URL, each with the token on a random line of a file; one line of JSON at the end.
-- wrk … URL -- <file of tokens> <seed>

local requests = {}

function init(args)
  math.randomseed(tonumber(args[2]))
  for token in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", nil, { Authorization = "Bearer " .. token })
  end
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local errors = 0
  for _, count in pairs(summary.errors) do
    errors = errors + count
  end
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors
  ))
end
