"""Made-up customers whose truth is known, for the tests and for the calibration."""
