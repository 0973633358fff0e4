//! The report as plain data (schema `backtrail.report/1`) and its writers. No polars below this line.
