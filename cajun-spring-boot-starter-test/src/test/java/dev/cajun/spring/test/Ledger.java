package dev.cajun.spring.test;

import org.springframework.stereotype.Service;

/** A component that a slice leaves out. */
@Service
class Ledger {

}
