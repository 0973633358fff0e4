//! Frames and findings → ordered events.
