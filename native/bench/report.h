// What roofline prints: definitions, one line per case, the peaks; and the same as JSON.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "interleaved.h"
#include "machine.h"

namespace fusedrnn {

void PrintHeader(const Machine& machine);
void PrintRow(const Result& result);
void PrintPeaks(const std::vector<Result>& results);

// environment: pairs of names and values beside what the machine itself tells.
void WriteJson(std::FILE* file, const Machine& machine,
               const std::vector<std::pair<std::string, std::string>>& environment,
               const std::vector<Result>& results);

}  // namespace fusedrnn
