-- Asks whose the names are, one after the other; BODIES names the file of requests, a JSON object a line. Prints one JSON object at the end.
local requests = {}
local at

function init(args)
   local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("KEY") }
   for body in io.lines(os.getenv("BODIES")) do
      requests[#requests + 1] = wrk.format("POST", "/api/v1/matches", headers, body)
   end
   at = tonumber(os.getenv("SEED")) * 7919 % #requests
end

function request()
   at = at % #requests + 1
   return requests[at]
end

function done(summary, latency, _)
   local e = summary.errors
   io.write(string.format('\n{"requests": %d, "microseconds": %d, "p50": %d, "p95": %d, "p99": %d, "errors": %d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99),
      e.connect + e.read + e.write + e.status + e.timeout))
end
